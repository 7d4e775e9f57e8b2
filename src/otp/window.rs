//! How far from its own counter a verifier looks.

/// Candidates before and after the expected counter or time step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    back: u32,
    forward: u32,
}

impl Window {
    /// Only the expected counter.
    pub const EXACT: Self = Self { back: 0, forward: 0 };

    /// The widest window in either direction. Vendors allow up to 1,200 steps for a reset; more
    /// would make guessing pay, and one verification slow.
    pub const WIDEST: u32 = 1_200;

    /// `back` before and `forward` after, each at most [`Self::WIDEST`].
    #[must_use]
    pub fn new(back: u32, forward: u32) -> Self {
        Self { back: back.min(Self::WIDEST), forward: forward.min(Self::WIDEST) }
    }

    /// The same on both sides.
    #[must_use]
    pub fn around(steps: u32) -> Self {
        Self::new(steps, steps)
    }

    /// The counters to try, in ascending order; none below 0.
    pub(super) fn counters(self, around: u64) -> std::ops::RangeInclusive<u64> {
        let first = around.saturating_sub(u64::from(self.back));
        first..=around.saturating_add(u64::from(self.forward))
    }
}
