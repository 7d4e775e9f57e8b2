//! How far around the expected counter a code may lie.

/// The counters that a verifier tries: `back` before the expected one, itself, `forward` after it.
///
/// RFC 6238 §5.2 recommends at most one step for the network's delay; RFC 4226 §7.4 calls the
/// forward part the look-ahead window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    back: u32,
    forward: u32,
}

/// A window that reaches further than [`Window::MOST`] to one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a window reaches at most {most} steps to each side, not {0}", most = Window::MOST)]
pub struct TooWide(pub u32);

impl Window {
    /// The furthest reach to one side. The widest resynchronisation that a known product can be set
    /// to is 1200 steps (ten hours of 30 s); more would only let one request cost more hashing.
    pub const MOST: u32 = 1200;

    /// The expected counter and no other.
    pub const EXACT: Self = Self { back: 0, forward: 0 };

    /// One step to each side, as RFC 6238 §5.2 recommends.
    pub const ONE_STEP: Self = Self { back: 1, forward: 1 };

    /// A window of these reaches.
    pub fn new(back: u32, forward: u32) -> Result<Self, TooWide> {
        match back.max(forward) {
            reach if reach > Self::MOST => Err(TooWide(reach)),
            _ => Ok(Self { back, forward }),
        }
    }

    /// The same reach to both sides.
    #[must_use]
    pub const fn around(reach: u8) -> Self {
        Self { back: reach as u32, forward: reach as u32 }
    }

    /// Only forward, as a HOTP verifier looks ahead.
    #[must_use]
    pub const fn ahead(reach: u8) -> Self {
        Self { back: 0, forward: reach as u32 }
    }

    /// Counters before the expected one.
    #[must_use]
    pub fn back(self) -> u32 {
        self.back
    }

    /// Counters after the expected one.
    #[must_use]
    pub fn forward(self) -> u32 {
        self.forward
    }

    /// The counters around `expected`, lowest first; those below 0 or beyond 64 bits do not exist.
    #[must_use]
    pub fn counters(self, expected: u64) -> std::ops::RangeInclusive<u64> {
        expected.saturating_sub(u64::from(self.back))
            ..=expected.saturating_add(u64::from(self.forward))
    }
}

#[cfg(test)]
mod tests {
    use super::{TooWide, Window};

    #[test]
    fn a_window_is_bounded_to_each_side() {
        assert!(Window::new(Window::MOST, Window::MOST).is_ok());
        assert_eq!(Window::new(0, 1201), Err(TooWide(1201)));
        assert_eq!(Window::new(1201, 0), Err(TooWide(1201)));
    }

    #[test]
    fn counters_stop_at_both_ends_of_the_number_line() {
        assert_eq!(Window::around(2).counters(1), 0..=3);
        assert_eq!(Window::ONE_STEP.counters(u64::MAX), u64::MAX - 1..=u64::MAX);
        assert_eq!(Window::ahead(3).counters(7), 7..=10);
        assert_eq!(Window::EXACT.counters(7), 7..=7);
    }
}
