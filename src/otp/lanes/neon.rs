//! NEON, which every 64-bit ARM processor has: four words of 32 bits, or two of 64.

#![allow(unsafe_code, reason = "the instructions exist only on processors that have them")]
#![allow(clippy::unused_self, reason = "that there is one is the proof that a call is sound")]

use super::block::{Found, Question, USERS};
use super::check::Check;
use super::function::{Function, Word};
use super::kernel;
use super::lane::{Lane, Pair};
use crate::otp::keyed::Halves;
use std::arch::aarch64::{
    uint32x2_t, uint32x4_t, uint64x2_t, vaddq_u32, vaddq_u64, vandq_u32, vandq_u64, vbslq_u32,
    vbslq_u64, vcle_u32, vcleq_u32, vdup_n_s32, vdup_n_u32, vdupq_n_s32, vdupq_n_s64, vdupq_n_u32,
    vdupq_n_u64, veorq_u32, veorq_u64, vld1_u32, vld1q_u32, vld1q_u64, vmovl_s32, vmovl_u32,
    vmovn_u64, vmul_u32, vmulq_u32, vorr_u32, vorrq_u32, vorrq_u64, vreinterpret_s32_u32,
    vreinterpretq_s32_u32, vreinterpretq_s64_u64, vreinterpretq_u64_s64, vshl_u32, vshlq_u32,
    vshlq_u64, vst1_u32, vst1q_u32, vsub_u32, vsubq_s32, vsubq_s64, vsubq_u32, vtstq_u32,
    vtstq_u64,
};

/// That this processor has NEON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Neon(());

impl Neon {
    pub(super) fn detected() -> Option<Self> {
        std::arch::is_aarch64_feature_detected!("neon").then_some(Self(()))
    }

    /// Answers `question`.
    pub(super) fn users<F: Function<N>, const N: usize>(
        self,
        question: &Question<'_, F, N>,
        found: &mut Found,
    ) {
        // SAFETY: `self` exists only where NEON was detected.
        unsafe { users(question, found) }
    }

    /// The truncated values of one user for the first of `counters`; tells how many.
    pub(super) fn steps<F: Function<N>, const N: usize>(
        self,
        halves: &Halves<F::Word, N>,
        counters: &[u64; USERS],
        truncated: &mut Found,
    ) -> u32 {
        // SAFETY: `self` exists only where NEON was detected.
        unsafe { steps::<F, N>(halves, counters, truncated) }
        kernel::number(<F::Word as Word>::Neon::WIDTH)
    }
}

#[target_feature(enable = "neon")]
fn users<F: Function<N>, const N: usize>(question: &Question<'_, F, N>, found: &mut Found) {
    // As with AVX-512 there are 32 registers: room for two vectors in step.
    let mut done = 0;
    while done < question.users {
        kernel::users::<F, Pair<<F::Word as Word>::Neon>, N>(question, done, found);
        done += Pair::<<F::Word as Word>::Neon>::WIDTH;
    }
}

#[target_feature(enable = "neon")]
fn steps<F: Function<N>, const N: usize>(
    halves: &Halves<F::Word, N>,
    counters: &[u64; USERS],
    truncated: &mut Found,
) {
    kernel::steps::<F, <F::Word as Word>::Neon, N>(halves, counters, truncated);
}

/// Four words. One exists only within the two functions above, so wherever an operation of it runs
/// the processor has NEON.
#[derive(Clone, Copy)]
pub(in crate::otp) struct Words32(uint32x4_t);

/// Two words, under the same condition.
#[derive(Clone, Copy)]
pub(in crate::otp) struct Words64(uint64x2_t);

/// Calls an intrinsic on behalf of one of the two types.
macro_rules! vector {
    ($call:expr) => {
        // SAFETY: see the types: NEON is there.
        unsafe { $call }
    };
}

impl Lane for Words32 {
    type Word = u32;

    const WIDTH: usize = 4;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn splat(word: u32) -> Self {
        Self(vector!(vdupq_n_u32(word)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load(words: &[u32]) -> Self {
        let words = &words[..Self::WIDTH];
        // SAFETY: NEON is there, and the slice has 16 bytes.
        Self(unsafe { vld1q_u32(words.as_ptr()) })
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load_numbers(numbers: &[u32]) -> Self {
        Self::load(numbers)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn store_numbers(self, numbers: &mut [u32]) {
        let numbers = &mut numbers[..Self::WIDTH];
        // SAFETY: NEON is there, and the slice has 16 bytes.
        unsafe { vst1q_u32(numbers.as_mut_ptr(), self.0) }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add(self, other: Self) -> Self {
        Self(vector!(vaddq_u32(self.0, other.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn xor(self, other: Self) -> Self {
        Self(vector!(veorq_u32(self.0, other.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn and(self, other: Self) -> Self {
        Self(vector!(vandq_u32(self.0, other.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn choose(self, ones: Self, zeros: Self) -> Self {
        Self(vector!(vbslq_u32(self.0, ones.0, zeros.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn majority(self, second: Self, third: Self) -> Self {
        // Where the first two differ the third decides.
        self.xor(second).choose(third, self)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn rotate_right(self, bits: u32) -> Self {
        self.funnel(self, Self::splat((32 - bits) % 32))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn shift_right(self, bits: u32) -> Self {
        Self(vector!(vshlq_u32(self.0, vdupq_n_s32(-bits.cast_signed()))))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn by_bit(self, bit: u32, clear: Self, set: Self) -> Self {
        Self(vector!(vbslq_u32(vtstq_u32(self.0, Self::splat(1 << bit).0), set.0, clear.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn funnel(self, low: Self, bits: Self) -> Self {
        // A shift to the left by less than nothing is one to the right, and by 32 it gives 0.
        let bits = vector!(vreinterpretq_s32_u32(bits.0));
        let (high, low) =
            vector!((vshlq_u32(self.0, bits), vshlq_u32(low.0, vsubq_s32(bits, vdupq_n_s32(32)))));
        Self(vector!(vorrq_u32(high, low)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn keep_match(self, wanted: Self, check: &Check, index: u32, found: Self) -> Self {
        let product = vector!(vmulq_u32(vsubq_u32(self.0, wanted.0), Self::splat(check.inverse).0));
        let quotient = Self(product).rotate_right(check.turn);
        let mask = vector!(vcleq_u32(quotient.0, Self::splat(check.most).0));
        Self(vector!(vbslq_u32(mask, Self::splat(index).0, found.0)))
    }
}

impl Lane for Words64 {
    type Word = u64;

    const WIDTH: usize = 2;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn splat(word: u64) -> Self {
        Self(vector!(vdupq_n_u64(word)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load(words: &[u64]) -> Self {
        let words = &words[..Self::WIDTH];
        // SAFETY: NEON is there, and the slice has 16 bytes.
        Self(unsafe { vld1q_u64(words.as_ptr()) })
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load_numbers(numbers: &[u32]) -> Self {
        let numbers = &numbers[..Self::WIDTH];
        // SAFETY: NEON is there, and the slice has 8 bytes.
        Self(unsafe { vmovl_u32(vld1_u32(numbers.as_ptr())) })
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn store_numbers(self, numbers: &mut [u32]) {
        let numbers = &mut numbers[..Self::WIDTH];
        // SAFETY: NEON is there, and the slice has 8 bytes.
        unsafe { vst1_u32(numbers.as_mut_ptr(), vmovn_u64(self.0)) }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add(self, other: Self) -> Self {
        Self(vector!(vaddq_u64(self.0, other.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn xor(self, other: Self) -> Self {
        Self(vector!(veorq_u64(self.0, other.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn and(self, other: Self) -> Self {
        Self(vector!(vandq_u64(self.0, other.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn choose(self, ones: Self, zeros: Self) -> Self {
        Self(vector!(vbslq_u64(self.0, ones.0, zeros.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn majority(self, second: Self, third: Self) -> Self {
        self.xor(second).choose(third, self)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn rotate_right(self, bits: u32) -> Self {
        self.funnel(self, Self::splat(u64::from((64 - bits) % 64)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn shift_right(self, bits: u32) -> Self {
        Self(vector!(vshlq_u64(self.0, vdupq_n_s64(-i64::from(bits)))))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn by_bit(self, bit: u32, clear: Self, set: Self) -> Self {
        Self(vector!(vbslq_u64(vtstq_u64(self.0, Self::splat(1 << bit).0), set.0, clear.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn funnel(self, low: Self, bits: Self) -> Self {
        // As for shorter words.
        let bits = vector!(vreinterpretq_s64_u64(bits.0));
        let (high, low) =
            vector!((vshlq_u64(self.0, bits), vshlq_u64(low.0, vsubq_s64(bits, vdupq_n_s64(64)))));
        Self(vector!(vorrq_u64(high, low)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn keep_match(self, wanted: Self, check: &Check, index: u32, found: Self) -> Self {
        let difference = vector!(vsub_u32(vmovn_u64(self.0), vmovn_u64(wanted.0)));
        let product = vector!(vmul_u32(difference, vdup_n_u32(check.inverse)));
        let quotient = turned(product, check.turn);
        let mask = vector!(vcle_u32(quotient, vdup_n_u32(check.most)));
        let mask = vector!(vreinterpretq_u64_s64(vmovl_s32(vreinterpret_s32_u32(mask))));
        Self(vector!(vbslq_u64(mask, Self::splat(index.into()).0, found.0)))
    }
}

/// Two words turned right by `bits`, at most 31; NEON is there.
#[cfg_attr(not(debug_assertions), inline(always))]
fn turned(words: uint32x2_t, bits: u32) -> uint32x2_t {
    let (left, right) = (32 - bits.cast_signed(), -bits.cast_signed());
    vector!(vorr_u32(vshl_u32(words, vdup_n_s32(left)), vshl_u32(words, vdup_n_s32(right))))
}
