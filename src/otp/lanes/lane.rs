//! One operation on many words at once: what the rounds of the hashes are written in.
//!
//! A [`Lane`] is a vector register, a pair of them, or a plain word. Every operation takes the same
//! time whatever the words are; nothing here branches on them or addresses memory by them.

use super::check::Check;

/// Words that are worked on side by side, each on its own.
pub(in crate::otp) trait Lane: Copy {
    /// One of them.
    type Word: Copy;

    /// How many there are.
    const WIDTH: usize;

    /// The same word everywhere.
    fn splat(word: Self::Word) -> Self;

    /// The first [`Self::WIDTH`] of `words`, which has that many at least.
    fn load(words: &[Self::Word]) -> Self;

    /// Small numbers: the first [`Self::WIDTH`] of `numbers`, which has that many at least.
    fn load_numbers(numbers: &[u32]) -> Self;

    /// The low 32 bits of each word into the front of `numbers`, which has room for all.
    fn store_numbers(self, numbers: &mut [u32]);

    /// The sum, without its carry.
    fn add(self, other: Self) -> Self;

    /// The bits that differ.
    fn xor(self, other: Self) -> Self;

    /// The bits that are set in both.
    fn and(self, other: Self) -> Self;

    /// The bits that are set in an odd number of the three.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn parity(self, second: Self, third: Self) -> Self {
        self.xor(second).xor(third)
    }

    /// The bits of `ones` where this has ones, and of `zeros` where it has zeros.
    fn choose(self, ones: Self, zeros: Self) -> Self;

    /// The bits that are set in two of the three at least.
    fn majority(self, second: Self, third: Self) -> Self;

    /// Each word turned right by `bits`, fewer than a word has.
    fn rotate_right(self, bits: u32) -> Self;

    /// Each word shifted right by `bits`, fewer than a word has.
    fn shift_right(self, bits: u32) -> Self;

    /// The word of `set` where bit `bit` of this is set, and of `clear` elsewhere.
    fn by_bit(self, bit: u32, clear: Self, set: Self) -> Self;

    /// The first word of this and `low` written one after the other and shifted left by as many
    /// bits as `bits` says, fewer than a word has.
    fn funnel(self, low: Self, bits: Self) -> Self;

    /// `index` where the truncated value in this has the last digits `wanted`, and what `found` has
    /// elsewhere. Only the low 32 bits of `found` are kept.
    fn keep_match(self, wanted: Self, check: &Check, index: u32, found: Self) -> Self;
}

/// Two lanes in step: while one waits for a result, the other's operation runs.
#[derive(Clone, Copy)]
pub(super) struct Pair<L>(L, L);

impl<L: Lane> Lane for Pair<L> {
    type Word = L::Word;

    const WIDTH: usize = 2 * L::WIDTH;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn splat(word: L::Word) -> Self {
        let both = L::splat(word);
        Self(both, both)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load(words: &[L::Word]) -> Self {
        Self(L::load(words), L::load(&words[L::WIDTH..]))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load_numbers(numbers: &[u32]) -> Self {
        Self(L::load_numbers(numbers), L::load_numbers(&numbers[L::WIDTH..]))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn store_numbers(self, numbers: &mut [u32]) {
        self.0.store_numbers(numbers);
        self.1.store_numbers(&mut numbers[L::WIDTH..]);
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add(self, other: Self) -> Self {
        Self(self.0.add(other.0), self.1.add(other.1))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn xor(self, other: Self) -> Self {
        Self(self.0.xor(other.0), self.1.xor(other.1))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn and(self, other: Self) -> Self {
        Self(self.0.and(other.0), self.1.and(other.1))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn parity(self, second: Self, third: Self) -> Self {
        Self(self.0.parity(second.0, third.0), self.1.parity(second.1, third.1))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn choose(self, ones: Self, zeros: Self) -> Self {
        Self(self.0.choose(ones.0, zeros.0), self.1.choose(ones.1, zeros.1))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn majority(self, second: Self, third: Self) -> Self {
        Self(self.0.majority(second.0, third.0), self.1.majority(second.1, third.1))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn rotate_right(self, bits: u32) -> Self {
        Self(self.0.rotate_right(bits), self.1.rotate_right(bits))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn shift_right(self, bits: u32) -> Self {
        Self(self.0.shift_right(bits), self.1.shift_right(bits))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn by_bit(self, bit: u32, clear: Self, set: Self) -> Self {
        Self(self.0.by_bit(bit, clear.0, set.0), self.1.by_bit(bit, clear.1, set.1))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn funnel(self, low: Self, bits: Self) -> Self {
        Self(self.0.funnel(low.0, bits.0), self.1.funnel(low.1, bits.1))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn keep_match(self, wanted: Self, check: &Check, index: u32, found: Self) -> Self {
        Self(
            self.0.keep_match(wanted.0, check, index, found.0),
            self.1.keep_match(wanted.1, check, index, found.1),
        )
    }
}
