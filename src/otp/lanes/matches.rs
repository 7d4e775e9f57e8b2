//! What came of a batch.

use super::block::{Found, NONE, USERS};

/// Which of the codes matched, and at which counter.
///
/// **A code that was accepted before matches again**: keep the counter that is told here and refuse
/// those up to it (RFC 4226 §7.2, RFC 6238 §5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matches {
    first: u64,
    /// How many counters above the first the matching one is, or [`NOT`].
    above: Vec<u16>,
    bitmap: Vec<u64>,
}

/// No counter.
const NOT: u16 = u16::MAX;

impl Matches {
    /// Room for `count` answers about the counters from `first` on.
    pub(super) fn with_capacity(first: u64, count: usize) -> Self {
        let bitmap = Vec::with_capacity(count.div_ceil(64));
        Self { first, above: Vec::with_capacity(count), bitmap }
    }

    /// Adds the answers for the first `users` of a block, one at least. All blocks but the last are
    /// full.
    #[inline]
    pub(super) fn push(&mut self, found: &Found, users: usize) {
        let half = (self.above.len() / USERS) % 2;
        self.above.extend_from_slice(&found.map(low_half)[..users]);
        let bits = matched(found) & (u64::MAX >> (u64::BITS as usize - users));
        match (half, self.bitmap.last_mut()) {
            (1, Some(last)) => *last |= bits << USERS,
            _ => self.bitmap.push(bits),
        }
    }

    /// How many codes were asked about.
    #[must_use]
    pub fn len(&self) -> usize {
        self.above.len()
    }

    /// Whether none were asked about.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.above.is_empty()
    }

    /// A bit for each code, set where it matched: code i is bit i % 64 of word i / 64. Bits beyond
    /// the last code are clear.
    #[must_use]
    pub fn bitmap(&self) -> &[u64] {
        &self.bitmap
    }

    /// How many codes matched.
    #[must_use]
    pub fn count(&self) -> usize {
        self.bitmap.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The lowest counter whose code was code number `index`; none where it did not match, or there
    /// is no such code.
    #[must_use]
    pub fn step(&self, index: usize) -> Option<u64> {
        let above = *self.above.get(index)?;
        (above != NOT).then(|| self.first + u64::from(above))
    }

    /// [`Matches::step`] of each code.
    #[must_use]
    pub fn steps(&self) -> impl ExactSizeIterator<Item = Option<u64>> + '_ {
        (0..self.len()).map(|index| self.step(index))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "steps are few, and NONE becomes NOT")]
fn low_half(found: u32) -> u16 {
    found as u16
}

/// A bit for each that is not [`NONE`].
fn matched(found: &Found) -> u64 {
    let matched = found.map(|found| u8::from(found != NONE));
    let mut bits = 0;
    for eight in matched.as_chunks::<8>().0.iter().rev() {
        // Bit i of the product's highest byte is the lowest of byte i: no two of them meet.
        let lowest = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits = bits << 8 | lowest;
    }
    bits
}
