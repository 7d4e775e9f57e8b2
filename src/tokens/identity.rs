//! An activated identity inside a token: what makes its codes, and the PIN that guards them.

use super::pin::PinLock;
use crate::domain::device::Reason;
use crate::domain::{Moment, Outcome, Secret};
use crate::otp::{Algorithm, Digits, Hotp, Key, KeyUri, Kind, Period, Totp};

/// Where the codes come from.
pub(super) enum Source {
    /// From time.
    Time(Box<Totp>),
    /// From a counter that each code moves on.
    Counter(Box<Hotp>, u64),
}

/// An identity, with or without a PIN.
pub(super) struct Identity {
    source: Source,
    guard: Guard,
}

enum Guard {
    /// The app insists on a PIN and has none yet.
    Unset,
    /// The PIN.
    Pin(PinLock),
    /// A plain authenticator: no PIN.
    None,
}

impl Identity {
    /// An identity of the vendor's soft token: TOTP with HMAC-SHA-256; the app insists on a PIN.
    pub(super) fn of_seed(seed: &Key, digits: Digits, period: Period) -> Self {
        let totp = Totp::new(seed, Algorithm::Sha256, digits, period);
        Self { source: Source::Time(Box::new(totp)), guard: Guard::Unset }
    }

    /// The identity of a key URI; a PIN may be set and need not.
    pub(super) fn of_key_uri(uri: &KeyUri) -> Self {
        let source = match uri.kind {
            Kind::Totp { period } => {
                Source::Time(Box::new(Totp::new(&uri.key, uri.algorithm, uri.digits, period)))
            }
            Kind::Hotp { counter } => {
                let hotp = Hotp::new(&uri.key, uri.algorithm, uri.digits);
                Source::Counter(Box::new(hotp), counter)
            }
        };
        Self { source, guard: Guard::None }
    }

    pub(super) fn set_pin(&mut self, pin: &Secret, again: &Secret) -> Result<(), Reason> {
        self.guard = match self.guard {
            Guard::Unset | Guard::None => Guard::Pin(PinLock::choose(pin, again)?),
            Guard::Pin(_) => return Err(Reason::WrongStep),
        };
        Ok(())
    }

    pub(super) fn unlock(&mut self, pin: &Secret) -> Result<(), Reason> {
        match &mut self.guard {
            Guard::Pin(lock) => lock.unlock(pin),
            Guard::Unset => Err(Reason::WrongStep),
            Guard::None => Ok(()),
        }
    }

    pub(super) fn lock(&mut self) {
        if let Guard::Pin(lock) = &mut self.guard {
            lock.lock();
        }
    }

    /// The code at `now`, by the device's own clock.
    pub(super) fn code(&mut self, now: Moment) -> Result<Outcome, Reason> {
        match &self.guard {
            Guard::Pin(lock) => lock.check()?,
            Guard::Unset => return Err(Reason::WrongStep),
            Guard::None => {}
        }
        let code = match &mut self.source {
            Source::Time(totp) => totp.code_at(now),
            Source::Counter(hotp, counter) => {
                let code = hotp.code(*counter);
                *counter = counter.saturating_add(1);
                code
            }
        };
        Ok(Outcome::Code(code.to_secret()))
    }
}
