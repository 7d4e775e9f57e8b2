//! AVX2: eight words of 32 bits, or four of 64.

#![allow(unsafe_code, reason = "the instructions exist only on processors that have them")]
#![allow(clippy::unused_self, reason = "that there is one is the proof that a call is sound")]
#![allow(clippy::cast_ptr_alignment, reason = "the loads and stores used take any address")]

use super::block::{Found, OnLine, Question, USERS};
use super::check::Check;
use super::function::{Function, Word};
use super::kernel;
use super::lane::Lane;
use crate::otp::keyed::Halves;
use std::arch::x86_64::{
    __m128i, __m256i, _mm_loadu_si128, _mm_storeu_si128, _mm256_add_epi32, _mm256_add_epi64,
    _mm256_and_si256, _mm256_andnot_si256, _mm256_blendv_epi8, _mm256_blendv_pd, _mm256_blendv_ps,
    _mm256_castpd_si256, _mm256_castps_si256, _mm256_castsi256_pd, _mm256_castsi256_ps,
    _mm256_castsi256_si128, _mm256_cmpeq_epi32, _mm256_cmpgt_epi64, _mm256_cvtepu32_epi64,
    _mm256_loadu_si256, _mm256_min_epu32, _mm256_mul_epu32, _mm256_mullo_epi32, _mm256_or_si256,
    _mm256_permutevar8x32_epi32, _mm256_set1_epi32, _mm256_set1_epi64x, _mm256_setr_epi32,
    _mm256_sllv_epi32, _mm256_sllv_epi64, _mm256_srlv_epi32, _mm256_srlv_epi64,
    _mm256_storeu_si256, _mm256_sub_epi32, _mm256_sub_epi64, _mm256_xor_si256,
};

/// That this processor has AVX2, and the operating system keeps its registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Avx2(());

impl Avx2 {
    pub(super) fn detected() -> Option<Self> {
        std::arch::is_x86_feature_detected!("avx2").then_some(Self(()))
    }

    /// Answers `question`.
    pub(super) fn users<F: Function<N>, const N: usize>(
        self,
        question: &Question<'_, F, N>,
        found: &mut Found,
    ) {
        // SAFETY: `self` exists only where AVX2 was detected.
        unsafe { users(question, found) }
    }

    /// The truncated values of one user for the first of `counters`; tells how many.
    pub(super) fn steps<F: Function<N>, const N: usize>(
        self,
        halves: &Halves<F::Word, N>,
        counters: &[u64; USERS],
        truncated: &mut Found,
    ) -> u32 {
        // SAFETY: `self` exists only where AVX2 was detected.
        unsafe { steps::<F, N>(halves, counters, truncated) }
        kernel::number(<F::Word as Word>::Avx2::WIDTH)
    }
}

#[target_feature(enable = "avx2")]
fn users<F: Function<N>, const N: usize>(question: &Question<'_, F, N>, found: &mut Found) {
    // As with AVX-512, though half of these registers lie within a line in any case.
    let _aligned = std::hint::black_box(&mut OnLine([0_u8; 64]));
    let mut done = 0;
    while done < question.users {
        kernel::users::<F, <F::Word as Word>::Avx2, N>(question, done, found);
        done += <F::Word as Word>::Avx2::WIDTH;
    }
}

#[target_feature(enable = "avx2")]
fn steps<F: Function<N>, const N: usize>(
    halves: &Halves<F::Word, N>,
    counters: &[u64; USERS],
    truncated: &mut Found,
) {
    kernel::steps::<F, <F::Word as Word>::Avx2, N>(halves, counters, truncated);
}

/// Eight words. One exists only within the two functions above, so wherever an operation of it
/// runs the processor has AVX2.
#[derive(Clone, Copy)]
pub(in crate::otp) struct Words32(__m256i);

/// Four words, under the same condition.
#[derive(Clone, Copy)]
pub(in crate::otp) struct Words64(__m256i);

/// Calls an intrinsic on behalf of one of the two types.
macro_rules! vector {
    ($call:expr) => {
        // SAFETY: see the types: AVX2 is there.
        unsafe { $call }
    };
}

/// What does not depend on the width of a word.
macro_rules! bitwise {
    () => {
        #[cfg_attr(not(debug_assertions), inline(always))]
        fn xor(self, other: Self) -> Self {
            Self(vector!(_mm256_xor_si256(self.0, other.0)))
        }

        #[cfg_attr(not(debug_assertions), inline(always))]
        fn and(self, other: Self) -> Self {
            Self(vector!(_mm256_and_si256(self.0, other.0)))
        }

        #[cfg_attr(not(debug_assertions), inline(always))]
        fn choose(self, ones: Self, zeros: Self) -> Self {
            zeros.xor(self.and(ones.xor(zeros)))
        }

        #[cfg_attr(not(debug_assertions), inline(always))]
        fn majority(self, second: Self, third: Self) -> Self {
            // Where the first two differ the third decides.
            self.xor(second).choose(third, self)
        }
    };
}

impl Lane for Words32 {
    type Word = u32;

    const WIDTH: usize = 8;

    bitwise!();

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn splat(word: u32) -> Self {
        Self(vector!(_mm256_set1_epi32(word.cast_signed())))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load(words: &[u32]) -> Self {
        let words = &words[..Self::WIDTH];
        // SAFETY: AVX2 is there, and the slice has 32 bytes.
        Self(unsafe { _mm256_loadu_si256(words.as_ptr().cast::<__m256i>()) })
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load_numbers(numbers: &[u32]) -> Self {
        Self::load(numbers)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn store_numbers(self, numbers: &mut [u32]) {
        let numbers = &mut numbers[..Self::WIDTH];
        // SAFETY: AVX2 is there, and the slice has 32 bytes.
        unsafe { _mm256_storeu_si256(numbers.as_mut_ptr().cast::<__m256i>(), self.0) }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add(self, other: Self) -> Self {
        Self(vector!(_mm256_add_epi32(self.0, other.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn rotate_right(self, bits: u32) -> Self {
        self.funnel(self, Self::splat((32 - bits) % 32))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn shift_right(self, bits: u32) -> Self {
        Self(vector!(_mm256_srlv_epi32(self.0, Self::splat(bits).0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn by_bit(self, bit: u32, clear: Self, set: Self) -> Self {
        let top = vector!(_mm256_sllv_epi32(self.0, Self::splat(31 - bit).0));
        let chosen = vector!(_mm256_blendv_ps(
            _mm256_castsi256_ps(clear.0),
            _mm256_castsi256_ps(set.0),
            _mm256_castsi256_ps(top)
        ));
        Self(vector!(_mm256_castps_si256(chosen)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn funnel(self, low: Self, bits: Self) -> Self {
        // A shift by 32 gives 0 here.
        let rest = vector!(_mm256_sub_epi32(Self::splat(32).0, bits.0));
        let (high, low) =
            vector!((_mm256_sllv_epi32(self.0, bits.0), _mm256_srlv_epi32(low.0, rest)));
        Self(vector!(_mm256_or_si256(high, low)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn keep_match(self, wanted: Self, check: &Check, index: u32, found: Self) -> Self {
        let difference = vector!(_mm256_sub_epi32(self.0, wanted.0));
        let product = vector!(_mm256_mullo_epi32(difference, Self::splat(check.inverse).0));
        let quotient = Self(product).rotate_right(check.turn).0;
        let least = vector!(_mm256_min_epu32(quotient, Self::splat(check.most).0));
        let mask = vector!(_mm256_cmpeq_epi32(least, quotient));
        Self(vector!(_mm256_blendv_epi8(found.0, Self::splat(index).0, mask)))
    }
}

impl Lane for Words64 {
    type Word = u64;

    const WIDTH: usize = 4;

    bitwise!();

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn splat(word: u64) -> Self {
        Self(vector!(_mm256_set1_epi64x(word.cast_signed())))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load(words: &[u64]) -> Self {
        let words = &words[..Self::WIDTH];
        // SAFETY: AVX2 is there, and the slice has 32 bytes.
        Self(unsafe { _mm256_loadu_si256(words.as_ptr().cast::<__m256i>()) })
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load_numbers(numbers: &[u32]) -> Self {
        let numbers = &numbers[..Self::WIDTH];
        // SAFETY: AVX2 is there, and the slice has 16 bytes.
        let half = unsafe { _mm_loadu_si128(numbers.as_ptr().cast::<__m128i>()) };
        Self(vector!(_mm256_cvtepu32_epi64(half)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn store_numbers(self, numbers: &mut [u32]) {
        let numbers = &mut numbers[..Self::WIDTH];
        let even = vector!(_mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6));
        let half = vector!(_mm256_castsi256_si128(_mm256_permutevar8x32_epi32(self.0, even)));
        // SAFETY: AVX2 is there, and the slice has 16 bytes.
        unsafe { _mm_storeu_si128(numbers.as_mut_ptr().cast::<__m128i>(), half) }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add(self, other: Self) -> Self {
        Self(vector!(_mm256_add_epi64(self.0, other.0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn rotate_right(self, bits: u32) -> Self {
        self.funnel(self, Self::splat(u64::from((64 - bits) % 64)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn shift_right(self, bits: u32) -> Self {
        Self(vector!(_mm256_srlv_epi64(self.0, Self::splat(bits.into()).0)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn by_bit(self, bit: u32, clear: Self, set: Self) -> Self {
        let top = vector!(_mm256_sllv_epi64(self.0, Self::splat(u64::from(63 - bit)).0));
        let chosen = vector!(_mm256_blendv_pd(
            _mm256_castsi256_pd(clear.0),
            _mm256_castsi256_pd(set.0),
            _mm256_castsi256_pd(top)
        ));
        Self(vector!(_mm256_castpd_si256(chosen)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn funnel(self, low: Self, bits: Self) -> Self {
        // A shift by 64 gives 0 here.
        let rest = vector!(_mm256_sub_epi64(Self::splat(64).0, bits.0));
        let (high, low) =
            vector!((_mm256_sllv_epi64(self.0, bits.0), _mm256_srlv_epi64(low.0, rest)));
        Self(vector!(_mm256_or_si256(high, low)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn keep_match(self, wanted: Self, check: &Check, index: u32, found: Self) -> Self {
        // In the low halves, as for shorter words; the high halves are cleared at the end.
        let difference = vector!(_mm256_sub_epi32(self.0, wanted.0));
        let product = vector!(_mm256_mul_epu32(difference, Self::splat(check.inverse.into()).0));
        let turned = Words32(product).rotate_right(check.turn);
        let quotient = Self(turned.0).and(Self::splat(u32::MAX.into()));
        let above = vector!(_mm256_cmpgt_epi64(quotient.0, Self::splat(check.most.into()).0));
        let (old, new) = (found.0, Self::splat(index.into()).0);
        Self(vector!(_mm256_or_si256(
            _mm256_and_si256(above, old),
            _mm256_andnot_si256(above, new)
        )))
    }
}
