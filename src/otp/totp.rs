//! TOTP (RFC 6238): HOTP whose counter is the number of time steps since 1970.

use super::lanes::Steps;
use super::{Algorithm, Code, Digits, Hotp, Key, Window};
use crate::domain::Moment;
use std::fmt;
use std::num::NonZeroU64;

/// The length of a time step in whole seconds, at least one; called X in RFC 6238 §4.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period(NonZeroU64);

/// A time step of no length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time step lasts at least one second")]
pub struct BadPeriod;

impl Period {
    /// The 30 seconds that RFC 6238 §5.2 recommends.
    pub const RECOMMENDED: Self = Self(NonZeroU64::MIN.saturating_add(29));

    /// A step of `seconds`.
    pub fn new(seconds: u64) -> Result<Self, BadPeriod> {
        NonZeroU64::new(seconds).map(Self).ok_or(BadPeriod)
    }

    /// Its length in seconds.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.0.get()
    }
}

impl Default for Period {
    fn default() -> Self {
        Self::RECOMMENDED
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A generator and verifier of time-based codes, counting from 1970 (T0 = 0).
#[derive(Debug, Clone)]
pub struct Totp {
    hotp: Hotp,
    period: Period,
}

impl Totp {
    /// A generator with `key`; see [`Hotp::new`].
    #[must_use]
    pub fn new(key: &Key, algorithm: Algorithm, digits: Digits, period: Period) -> Self {
        Self { hotp: Hotp::new(key, algorithm, digits), period }
    }

    /// The time step that `moment` lies in: 64 bits wide, as RFC 6238 §4.2 demands.
    #[must_use]
    pub fn step_at(&self, moment: Moment) -> u64 {
        moment.unix_seconds() / self.period.seconds()
    }

    /// The length of its time steps.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// The code of the time step number `step`.
    #[must_use]
    pub fn code_of(&self, step: u64) -> Code {
        self.hotp.code(step)
    }

    /// The code that a token with a right clock shows at `moment`.
    #[must_use]
    pub fn code_at(&self, moment: Moment) -> Code {
        self.hotp.code(self.step_at(moment))
    }

    /// The lowest time step of `window` around `moment` whose code is `candidate`.
    ///
    /// A code is accepted as often as it is asked about: keep the step that is returned and refuse
    /// those up to it (RFC 6238 §5.2). See [`Hotp::verify`].
    #[must_use]
    pub fn verify(&self, candidate: &str, moment: Moment, window: Window) -> Option<u64> {
        self.hotp.verify(candidate, self.step_at(moment), window)
    }

    /// The lowest of `steps` whose code is `candidate`; see [`Hotp::verify_at`].
    #[must_use]
    pub fn verify_at(&self, candidate: &str, steps: &Steps) -> Option<u64> {
        self.hotp.verify_at(candidate, steps)
    }
}

#[cfg(test)]
mod tests {
    use super::{BadPeriod, Period};

    #[test]
    fn a_step_without_length_is_refused() {
        assert_eq!(Period::new(0), Err(BadPeriod));
        assert_eq!(Period::new(30), Ok(Period::RECOMMENDED));
    }
}
