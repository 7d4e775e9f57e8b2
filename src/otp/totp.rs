//! TOTP (RFC 6238): HOTP whose counter is the time step, T0 = 0.

use super::{Algorithm, Code, Digits, Hotp, Key, Window};
use crate::domain::Moment;
use std::fmt;

/// The length of a time step in seconds, from 1 to 86,400.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period(u32);

/// A period outside 1 s to a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time step lasts 1 to 86400 seconds, not {0}")]
pub struct BadPeriod(pub u32);

impl Period {
    /// 30 s (RFC 6238 §5.2).
    pub const DEFAULT: Self = Self(30);

    /// `seconds` long.
    ///
    /// # Errors
    /// [`BadPeriod`] outside 1 to 86,400.
    pub fn new(seconds: u32) -> Result<Self, BadPeriod> {
        if (1..=86_400).contains(&seconds) { Ok(Self(seconds)) } else { Err(BadPeriod(seconds)) }
    }

    /// The seconds.
    #[must_use]
    pub fn seconds(self) -> u32 {
        self.0
    }
}

/// A generator and verifier of time-based codes.
#[derive(Clone)]
pub struct Totp {
    hotp: Hotp,
    period: Period,
}

impl fmt::Debug for Totp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[totp every {} s]", self.period.0)
    }
}

impl Totp {
    /// A generator for `key`.
    #[must_use]
    pub fn new(key: &Key, algorithm: Algorithm, digits: Digits, period: Period) -> Self {
        Self { hotp: Hotp::new(key, algorithm, digits), period }
    }

    /// The time step at `moment`; 64 bits wide, so nothing ends in 2038 (RFC 6238 §4.2).
    #[must_use]
    pub fn step_at(&self, moment: Moment) -> u64 {
        moment.unix_seconds() / u64::from(self.period.0)
    }

    /// The code at `moment`.
    #[must_use]
    pub fn code_at(&self, moment: Moment) -> Code {
        self.hotp.code(self.step_at(moment))
    }

    /// The lowest step of the `window` around `moment` whose code is `candidate`.
    ///
    /// Whoever accepts a code keeps the step and refuses it and all before it from then on
    /// (RFC 6238 §5.2).
    #[must_use]
    pub fn verify(&self, candidate: &str, moment: Moment, window: Window) -> Option<u64> {
        self.hotp.verify(candidate, self.step_at(moment), window)
    }
}
