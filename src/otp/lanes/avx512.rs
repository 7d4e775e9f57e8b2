//! AVX-512: sixteen words of 32 bits, or eight of 64.
//!
//! Only the foundation (AVX-512F) is used, so every processor with AVX-512 will do.

#![allow(unsafe_code, reason = "the instructions exist only on processors that have them")]
#![allow(clippy::unused_self, reason = "that there is one is the proof that a call is sound")]
#![allow(clippy::cast_ptr_alignment, reason = "the loads and stores used take any address")]

use super::block::{Found, OnLine, Question, USERS};
use super::check::Check;
use super::function::{Function, Word};
use super::kernel;
use super::lane::{Lane, Pair};
use crate::otp::keyed::Halves;
use std::arch::x86_64::{
    __m256i, __m512i, _mm256_loadu_si256, _mm256_storeu_si256, _mm512_add_epi32, _mm512_add_epi64,
    _mm512_and_si512, _mm512_cmple_epu32_mask, _mm512_cmple_epu64_mask, _mm512_cvtepi64_epi32,
    _mm512_cvtepu32_epi64, _mm512_loadu_si512, _mm512_mask_mov_epi32, _mm512_mask_mov_epi64,
    _mm512_mul_epu32, _mm512_mullo_epi32, _mm512_or_si512, _mm512_rorv_epi32, _mm512_rorv_epi64,
    _mm512_set1_epi32, _mm512_set1_epi64, _mm512_sllv_epi32, _mm512_sllv_epi64, _mm512_srlv_epi32,
    _mm512_srlv_epi64, _mm512_storeu_si512, _mm512_sub_epi32, _mm512_sub_epi64,
    _mm512_ternarylogic_epi32, _mm512_test_epi32_mask, _mm512_test_epi64_mask, _mm512_xor_si512,
};

/// That this processor has AVX-512F, and the operating system keeps its registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Avx512(());

impl Avx512 {
    pub(super) fn detected() -> Option<Self> {
        std::arch::is_x86_feature_detected!("avx512f").then_some(Self(()))
    }

    /// Answers `question`.
    pub(super) fn users<F: Function<N>, const N: usize>(
        self,
        question: &Question<'_, F, N>,
        found: &mut Found,
    ) {
        // SAFETY: `self` exists only where AVX-512F was detected.
        unsafe { users(question, found) }
    }

    /// The truncated values of one user for the first of `counters`; tells how many.
    pub(super) fn steps<F: Function<N>, const N: usize>(
        self,
        halves: &Halves<F::Word, N>,
        counters: &[u64; USERS],
        truncated: &mut Found,
    ) -> u32 {
        // SAFETY: `self` exists only where AVX-512F was detected.
        unsafe { steps::<F, N>(halves, counters, truncated) }
        kernel::number(<F::Word as Word>::Avx512::WIDTH)
    }
}

#[target_feature(enable = "avx512f")]
fn users<F: Function<N>, const N: usize>(question: &Question<'_, F, N>, found: &mut Found) {
    // Registers that there is no room for must not lie across two cache lines on the stack.
    let _aligned = std::hint::black_box(&mut OnLine([0_u8; 64]));
    let mut done = 0;
    while done < question.users {
        kernel::users::<F, Pair<<F::Word as Word>::Avx512>, N>(question, done, found);
        done += Pair::<<F::Word as Word>::Avx512>::WIDTH;
    }
}

#[target_feature(enable = "avx512f")]
fn steps<F: Function<N>, const N: usize>(
    halves: &Halves<F::Word, N>,
    counters: &[u64; USERS],
    truncated: &mut Found,
) {
    kernel::steps::<F, <F::Word as Word>::Avx512, N>(halves, counters, truncated);
}

/// Sixteen words. One exists only within the two functions above, so wherever an operation of it
/// runs the processor has AVX-512F.
#[derive(Clone, Copy)]
pub(in crate::otp) struct Words32(__m512i);

/// Eight words, under the same condition.
#[derive(Clone, Copy)]
pub(in crate::otp) struct Words64(__m512i);

/// Calls an intrinsic on behalf of one of the two types.
macro_rules! vector {
    ($call:expr) => {
        // SAFETY: see the types: AVX-512F is there.
        unsafe { $call }
    };
}

/// The truth table of "the bits of the second where the first has ones, else of the third".
const CHOOSE: i32 = 0xca;
/// The truth table of "set in two of three at least".
const MAJORITY: i32 = 0xe8;
/// The truth table of "set in an odd number of three".
const PARITY: i32 = 0x96;

impl Lane for Words32 {
    type Word = u32;

    const WIDTH: usize = 16;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn splat(word: u32) -> Self {
        Self(vector!(_mm512_set1_epi32(word.cast_signed())))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load(words: &[u32]) -> Self {
        let words = &words[..Self::WIDTH];
        // SAFETY: AVX-512F is there, and the slice has 64 bytes.
        Self(unsafe { _mm512_loadu_si512(words.as_ptr().cast::<__m512i>()) })
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load_numbers(numbers: &[u32]) -> Self {
        Self::load(numbers)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn store_numbers(self, numbers: &mut [u32]) {
        let numbers = &mut numbers[..Self::WIDTH];
        // SAFETY: AVX-512F is there, and the slice has 64 bytes.
        unsafe { _mm512_storeu_si512(numbers.as_mut_ptr().cast::<__m512i>(), self.0) }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add(self, other: Self) -> Self {
        Self(vector!(_mm512_add_epi32(self.0, other.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn xor(self, other: Self) -> Self {
        Self(vector!(_mm512_xor_si512(self.0, other.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn and(self, other: Self) -> Self {
        Self(vector!(_mm512_and_si512(self.0, other.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn parity(self, second: Self, third: Self) -> Self {
        Self(vector!(_mm512_ternarylogic_epi32::<PARITY>(self.0, second.0, third.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn choose(self, ones: Self, zeros: Self) -> Self {
        Self(vector!(_mm512_ternarylogic_epi32::<CHOOSE>(self.0, ones.0, zeros.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn majority(self, second: Self, third: Self) -> Self {
        Self(vector!(_mm512_ternarylogic_epi32::<MAJORITY>(self.0, second.0, third.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn rotate_right(self, bits: u32) -> Self {
        Self(vector!(_mm512_rorv_epi32(self.0, Self::splat(bits).0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn shift_right(self, bits: u32) -> Self {
        Self(vector!(_mm512_srlv_epi32(self.0, Self::splat(bits).0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn by_bit(self, bit: u32, clear: Self, set: Self) -> Self {
        let mask = vector!(_mm512_test_epi32_mask(self.0, Self::splat(1 << bit).0));
        Self(vector!(_mm512_mask_mov_epi32(clear.0, mask, set.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn funnel(self, low: Self, bits: Self) -> Self {
        // A shift by 32 gives 0 here.
        let rest = vector!(_mm512_sub_epi32(Self::splat(32).0, bits.0));
        let (high, low) =
            vector!((_mm512_sllv_epi32(self.0, bits.0), _mm512_srlv_epi32(low.0, rest)));
        Self(vector!(_mm512_or_si512(high, low)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn keep_match(self, wanted: Self, check: &Check, index: u32, found: Self) -> Self {
        let difference = vector!(_mm512_sub_epi32(self.0, wanted.0));
        let product = vector!(_mm512_mullo_epi32(difference, Self::splat(check.inverse).0));
        let quotient = Self(product).rotate_right(check.turn);
        let mask = vector!(_mm512_cmple_epu32_mask(quotient.0, Self::splat(check.most).0));
        Self(vector!(_mm512_mask_mov_epi32(found.0, mask, Self::splat(index).0)))
    }
}

impl Lane for Words64 {
    type Word = u64;

    const WIDTH: usize = 8;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn splat(word: u64) -> Self {
        Self(vector!(_mm512_set1_epi64(word.cast_signed())))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load(words: &[u64]) -> Self {
        let words = &words[..Self::WIDTH];
        // SAFETY: AVX-512F is there, and the slice has 64 bytes.
        Self(unsafe { _mm512_loadu_si512(words.as_ptr().cast::<__m512i>()) })
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load_numbers(numbers: &[u32]) -> Self {
        let numbers = &numbers[..Self::WIDTH];
        // SAFETY: AVX-512F is there, and with it AVX; the slice has 32 bytes.
        let half = unsafe { _mm256_loadu_si256(numbers.as_ptr().cast::<__m256i>()) };
        Self(vector!(_mm512_cvtepu32_epi64(half)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn store_numbers(self, numbers: &mut [u32]) {
        let numbers = &mut numbers[..Self::WIDTH];
        let half = vector!(_mm512_cvtepi64_epi32(self.0));
        // SAFETY: AVX-512F is there, and with it AVX; the slice has 32 bytes.
        unsafe { _mm256_storeu_si256(numbers.as_mut_ptr().cast::<__m256i>(), half) }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add(self, other: Self) -> Self {
        Self(vector!(_mm512_add_epi64(self.0, other.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn xor(self, other: Self) -> Self {
        Self(vector!(_mm512_xor_si512(self.0, other.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn and(self, other: Self) -> Self {
        Self(vector!(_mm512_and_si512(self.0, other.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn parity(self, second: Self, third: Self) -> Self {
        Self(vector!(_mm512_ternarylogic_epi32::<PARITY>(self.0, second.0, third.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn choose(self, ones: Self, zeros: Self) -> Self {
        Self(vector!(_mm512_ternarylogic_epi32::<CHOOSE>(self.0, ones.0, zeros.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn majority(self, second: Self, third: Self) -> Self {
        Self(vector!(_mm512_ternarylogic_epi32::<MAJORITY>(self.0, second.0, third.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn rotate_right(self, bits: u32) -> Self {
        Self(vector!(_mm512_rorv_epi64(self.0, Self::splat(bits.into()).0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn shift_right(self, bits: u32) -> Self {
        Self(vector!(_mm512_srlv_epi64(self.0, Self::splat(bits.into()).0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn by_bit(self, bit: u32, clear: Self, set: Self) -> Self {
        let mask = vector!(_mm512_test_epi64_mask(self.0, Self::splat(1 << bit).0));
        Self(vector!(_mm512_mask_mov_epi64(clear.0, mask, set.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn funnel(self, low: Self, bits: Self) -> Self {
        // A shift by 64 gives 0 here.
        let rest = vector!(_mm512_sub_epi64(Self::splat(64).0, bits.0));
        let (high, low) =
            vector!((_mm512_sllv_epi64(self.0, bits.0), _mm512_srlv_epi64(low.0, rest)));
        Self(vector!(_mm512_or_si512(high, low)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn keep_match(self, wanted: Self, check: &Check, index: u32, found: Self) -> Self {
        // In the low halves, as for shorter words; the high halves are cleared at the end.
        let difference = vector!(_mm512_sub_epi32(self.0, wanted.0));
        let product = vector!(_mm512_mul_epu32(difference, Self::splat(check.inverse.into()).0));
        let turned = Words32(product).rotate_right(check.turn);
        let quotient = Self(turned.0).and(Self::splat(u32::MAX.into()));
        let most = Self::splat(check.most.into());
        let mask = vector!(_mm512_cmple_epu64_mask(quotient.0, most.0));
        Self(vector!(_mm512_mask_mov_epi64(found.0, mask, Self::splat(index.into()).0)))
    }
}
