//! What a token shows: codes of the time or of a counter.

use crate::domain::Moment;
use crate::otp::{Algorithm, Code, Digits, Hotp, Key, KeyUri, Kind, Period, Totp};

/// A source of codes.
#[derive(Debug, Clone)]
pub enum Codes {
    /// One for each time step (RFC 6238).
    OfTime(Totp),
    /// One for each time somebody looks (RFC 4226).
    OfCounter {
        /// Makes the codes.
        hotp: Hotp,
        /// The counter of the next code.
        next: u64,
    },
}

/// What the service says about its codes; what it does not say is as published for the activation
/// formats with numbers: six digits every 30 seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shape {
    /// How many digits.
    pub digits: Digits,
    /// How long each lasts.
    pub period: Period,
}

impl Codes {
    /// The codes of a key URI.
    #[must_use]
    pub fn of(uri: &KeyUri) -> Self {
        match uri.kind {
            Kind::Totp { period } => {
                Self::OfTime(Totp::new(&uri.key, uri.algorithm, uri.digits, period))
            }
            Kind::Hotp { counter } => Self::OfCounter {
                hotp: Hotp::new(&uri.key, uri.algorithm, uri.digits),
                next: counter,
            },
        }
    }

    /// The codes of an activation with numbers: always with SHA-256.
    #[must_use]
    pub fn activated(seed: &Key, shape: Shape) -> Self {
        Self::OfTime(Totp::new(seed, Algorithm::Sha256, shape.digits, shape.period))
    }

    /// The code that is shown at `now`; one of a counter is used up by being shown.
    pub fn show(&mut self, now: Moment) -> Code {
        match self {
            Self::OfTime(totp) => totp.code_at(now),
            Self::OfCounter { hotp, next } => {
                let code = hotp.code(*next);
                *next = next.saturating_add(1);
                code
            }
        }
    }
}
