//! The counters that are tried, with what of the hashing depends on them alone.

use super::function::Function;
use super::sha1::Sha1;
use super::sha2::{Sha256, Sha512};
use crate::otp::{Algorithm, Window};
use std::fmt;
use std::ops::RangeInclusive;

/// The counters of a window, and the message schedule of each.
///
/// The block that a counter fills is the same for every key, so everybody who is verified at one
/// time shares this. A server makes it once for each time step and keeps it till the next. There is
/// nothing secret in it. It takes at most 640 bytes for each counter.
#[derive(Clone)]
pub struct Steps {
    first: u64,
    pub(super) schedules: Schedules,
}

#[derive(Clone)]
pub(super) enum Schedules {
    Sha1(Vec<<Sha1 as Function<5>>::Schedule>),
    Sha256(Vec<<Sha256 as Function<8>>::Schedule>),
    Sha512(Vec<<Sha512 as Function<8>>::Schedule>),
}

/// No counters, or more than are tried at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("1 to {most} counters are tried at once, not {0}", most = Steps::MOST)]
pub struct BadSteps(u64);

impl Steps {
    /// The most counters at once: the widest [`Window`].
    pub const MOST: u64 = 2 * Window::MOST as u64 + 1;

    /// The counters `counters`, both ends included; none, and more than [`Steps::MOST`], are
    /// refused.
    pub fn new(algorithm: Algorithm, counters: RangeInclusive<u64>) -> Result<Self, BadSteps> {
        let (first, last) = counters.into_inner();
        let count = last.checked_sub(first).map_or(0, |further| further.saturating_add(1));
        if !(1..=Self::MOST).contains(&count) {
            return Err(BadSteps(count));
        }
        Ok(Self::of(algorithm, first..=last))
    }

    /// The counters of `window` around `expected`: for TOTP the present time step.
    #[must_use]
    pub fn around(algorithm: Algorithm, expected: u64, window: Window) -> Self {
        Self::of(algorithm, window.counters(expected))
    }

    fn of(algorithm: Algorithm, counters: RangeInclusive<u64>) -> Self {
        let first = *counters.start();
        let schedules = match algorithm {
            Algorithm::Sha1 => Schedules::Sha1(counters.map(Sha1::schedule).collect()),
            Algorithm::Sha256 => Schedules::Sha256(counters.map(Sha256::schedule).collect()),
            Algorithm::Sha512 => Schedules::Sha512(counters.map(Sha512::schedule).collect()),
        };
        Self { first, schedules }
    }

    /// The hash function that they are for.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.schedules {
            Schedules::Sha1(_) => Algorithm::Sha1,
            Schedules::Sha256(_) => Algorithm::Sha256,
            Schedules::Sha512(_) => Algorithm::Sha512,
        }
    }

    /// The lowest counter.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// How many there are: at least one, at most [`Steps::MOST`].
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "there is always one")]
    pub fn len(&self) -> usize {
        match &self.schedules {
            Schedules::Sha1(schedules) => schedules.len(),
            Schedules::Sha256(schedules) => schedules.len(),
            Schedules::Sha512(schedules) => schedules.len(),
        }
    }
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Steps")
            .field("algorithm", &self.algorithm())
            .field("first", &self.first)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{BadSteps, Steps};
    use crate::otp::{Algorithm, Window};

    #[test]
    #[expect(clippy::reversed_empty_ranges, reason = "that is what is refused")]
    fn no_counters_and_too_many_are_refused() {
        let steps = |counters| Steps::new(Algorithm::Sha1, counters).map(|steps| steps.len());
        assert_eq!(steps(7..=7), Ok(1));
        assert_eq!(steps(0..=2400), Ok(2401));
        assert_eq!(steps(0..=2401), Err(BadSteps(2402)));
        assert_eq!(steps(7..=6), Err(BadSteps(0)));
        assert_eq!(steps(0..=u64::MAX), Err(BadSteps(u64::MAX)));
    }

    #[test]
    fn a_window_at_the_end_of_the_number_line_is_cut_there() {
        let steps = Steps::around(Algorithm::Sha512, u64::MAX, Window::ONE_STEP);
        assert_eq!((steps.first(), steps.len()), (u64::MAX - 1, 2));
        assert_eq!(steps.algorithm(), Algorithm::Sha512);
    }
}
