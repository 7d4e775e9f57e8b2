//! The portable path: one word at a time, in plain Rust.

use super::check::Check;
use super::lane::Lane;

impl Lane for u32 {
    type Word = Self;

    const WIDTH: usize = 1;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn splat(word: Self) -> Self {
        word
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load(words: &[Self]) -> Self {
        words[0]
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load_numbers(numbers: &[u32]) -> Self {
        numbers[0]
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn store_numbers(self, numbers: &mut [u32]) {
        numbers[0] = self;
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn xor(self, other: Self) -> Self {
        self ^ other
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn and(self, other: Self) -> Self {
        self & other
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn choose(self, ones: Self, zeros: Self) -> Self {
        zeros ^ (self & (ones ^ zeros))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn majority(self, second: Self, third: Self) -> Self {
        (self & second) | (third & (self | second))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn rotate_right(self, bits: u32) -> Self {
        u32::rotate_right(self, bits)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn shift_right(self, bits: u32) -> Self {
        self >> bits
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn by_bit(self, bit: u32, clear: Self, set: Self) -> Self {
        let all = 0_u32.wrapping_sub((self >> bit) & 1);
        all.choose(set, clear)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn funnel(self, low: Self, bits: Self) -> Self {
        // In two steps, because a shift by a whole word is not defined.
        (self << bits) | ((low >> 1) >> (31 - bits))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn keep_match(self, wanted: Self, check: &Check, index: u32, found: Self) -> Self {
        let difference = self.wrapping_sub(wanted);
        let quotient = difference.wrapping_mul(check.inverse).rotate_right(check.turn);
        // The borrow of the subtraction, spread over all bits.
        let above = (u64::from(check.most).wrapping_sub(u64::from(quotient)) >> 32) as u32;
        above.choose(found, index)
    }
}

impl Lane for u64 {
    type Word = Self;

    const WIDTH: usize = 1;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn splat(word: Self) -> Self {
        word
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load(words: &[Self]) -> Self {
        words[0]
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load_numbers(numbers: &[u32]) -> Self {
        numbers[0].into()
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn store_numbers(self, numbers: &mut [u32]) {
        numbers[0] = low(self);
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn xor(self, other: Self) -> Self {
        self ^ other
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn and(self, other: Self) -> Self {
        self & other
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn choose(self, ones: Self, zeros: Self) -> Self {
        zeros ^ (self & (ones ^ zeros))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn majority(self, second: Self, third: Self) -> Self {
        (self & second) | (third & (self | second))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn rotate_right(self, bits: u32) -> Self {
        u64::rotate_right(self, bits)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn shift_right(self, bits: u32) -> Self {
        self >> bits
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn by_bit(self, bit: u32, clear: Self, set: Self) -> Self {
        let all = 0_u64.wrapping_sub((self >> bit) & 1);
        all.choose(set, clear)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn funnel(self, low: Self, bits: Self) -> Self {
        (self << bits) | ((low >> 1) >> (63 - bits))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn keep_match(self, wanted: Self, check: &Check, index: u32, found: Self) -> Self {
        low(self).keep_match(low(wanted), check, index, low(found)).into()
    }
}

/// The low half of `word`.
#[cfg_attr(not(debug_assertions), inline(always))]
#[expect(clippy::cast_possible_truncation, reason = "the half is what is asked for")]
fn low(word: u64) -> u32 {
    word as u32
}
