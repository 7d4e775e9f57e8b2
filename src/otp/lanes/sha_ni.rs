//! The SHA extensions of x86: one hash at a time is bound by the latency of its rounds, so three or
//! four independent ones are worked on side by side.

#![allow(unsafe_code, reason = "the instructions exist only on processors that have them")]
#![allow(clippy::unused_self, reason = "that there is one is the proof that a call is sound")]
#![allow(clippy::needless_range_loop, reason = "hashes are numbered through several arrays")]
#![allow(
    clippy::cast_ptr_alignment,
    reason = "the loads and stores used take any address, or what `Fours` is aligned to"
)]

mod sha1;
mod sha256;

use super::block::{Found, NONE, Question, USERS};
use super::check::TRUNCATED;
use super::engine::Attempt;
use super::function::Function;
use super::kernel;
use super::lane::Lane;
use super::sha1::Sha1;
use super::sha2::Sha256;
use std::arch::asm;
use std::arch::x86_64::{
    __m128i, _mm_and_si128, _mm_cvtsi128_si32, _mm_loadu_si128, _mm_or_si128, _mm_set_epi32,
    _mm_set1_epi8, _mm_shuffle_epi8, _mm_storeu_si128, _mm_sub_epi8, _mm_unpackhi_epi32,
    _mm_unpackhi_epi64, _mm_unpacklo_epi32, _mm_unpacklo_epi64, _mm_xor_si128,
};

/// That this processor has the SHA extensions, and SSSE3 and SSE4.1 beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::otp) struct ShaNi(());

/// The state of one hash: a vector of some of its words and one of the others.
type State = (__m128i, __m128i);

/// The states after the keys of `S` users, or as many times that of one.
struct Kept<const S: usize> {
    inner: [State; S],
    outer: [State; S],
}

/// The users of a batch who are worked on side by side: with fewer, time is spent on waiting; with
/// more, there are not enough registers.
const ABREAST: usize = 4;

impl ShaNi {
    pub(super) fn detected() -> Option<Self> {
        let there = std::arch::is_x86_feature_detected!("sha")
            && std::arch::is_x86_feature_detected!("ssse3")
            && std::arch::is_x86_feature_detected!("sse4.1");
        there.then_some(Self(()))
    }

    /// Answers `question`.
    pub(super) fn sha1_users(self, question: &Question<'_, Sha1, 5>, found: &mut Found) {
        // SAFETY: `self` exists only where the three were detected.
        unsafe { sha1::users(question, found) }
    }

    /// Answers `question`.
    pub(super) fn sha256_users(self, question: &Question<'_, Sha256, 8>, found: &mut Found) {
        // SAFETY: `self` exists only where the three were detected.
        unsafe { sha256::users(question, found) }
    }

    /// The truncated values of up to three counters of `attempt` from number `from` on; tells of
    /// how many.
    pub(super) fn sha1_steps(
        self,
        attempt: &Attempt<'_, Sha1, 5>,
        from: u32,
        values: &mut Found,
    ) -> u32 {
        // SAFETY: `self` exists only where the three were detected.
        unsafe {
            match attempt.count - from {
                1 => sha1::steps::<1>(attempt, from, values),
                _ => sha1::steps::<3>(attempt, from, values),
            }
        }
    }

    /// The truncated values of up to three counters of `attempt` from number `from` on; tells of
    /// how many.
    pub(super) fn sha256_steps(
        self,
        attempt: &Attempt<'_, Sha256, 8>,
        from: u32,
        values: &mut Found,
    ) -> u32 {
        // SAFETY: `self` exists only where the three were detected.
        unsafe {
            match attempt.count - from {
                1 => sha256::steps::<1>(attempt, from, values),
                _ => sha256::steps::<3>(attempt, from, values),
            }
        }
    }
}

/// Answers `question`: `kept` loads the states of the users from a place on, and `values` tells the
/// truncated values of theirs for a schedule.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn users<F: Function<N>, const N: usize>(
    question: &Question<'_, F, N>,
    found: &mut Found,
    kept: impl Fn(usize) -> Kept<ABREAST>,
    values: impl Fn(&Kept<ABREAST>, &F::Schedule) -> [u32; ABREAST],
) {
    // Users of a block who are not there are computed as well, and dropped.
    for at in (0..question.users).step_by(ABREAST) {
        let kept = kept(at);
        let mut best = [NONE; ABREAST];
        let mut step = kernel::number(question.schedules.len());
        for schedule in question.schedules.iter().rev() {
            step -= 1;
            let values = values(&kept, schedule);
            for user in 0..ABREAST {
                let wanted = question.wanted[at + user];
                best[user] = values[user].keep_match(wanted, &question.check, step, best[user]);
            }
        }
        found[at..at + ABREAST].copy_from_slice(&best);
    }
}

/// `vector`, which is computed before those that are handed in later.
///
/// Left to itself the compiler saves registers by finishing two hashes before it begins the others,
/// and half of the time is spent on waiting.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn in_turn(mut vector: __m128i) -> __m128i {
    // SAFETY: there is no instruction; but such statements keep their order.
    unsafe {
        asm!("/* {0} */", inout(xmm_reg) vector, options(nomem, nostack, preserves_flags));
    }
    vector
}

/// The four bytes of an HMAC at the offset that the last four bits of `last` name, without their
/// highest bit (RFC 4226 §5.3). The HMAC begins with a to d, a on top, and e on top; in `last`
/// every byte is the same.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn truncated(abcd: __m128i, e: __m128i, last: __m128i) -> u32 {
    let offset = _mm_and_si128(last, _mm_set1_epi8(15));
    // Byte i of the HMAC is byte 15 - i of the vector; the lowest that is wanted comes last.
    let places = _mm_sub_epi8(_mm_set_epi32(0, 0, 0, 0x0f0e_0d0c), offset);
    // A place with its highest bit set gives 0: here those that are not in the first vector, and
    // with that bit turned over the others.
    let first = _mm_shuffle_epi8(abcd, places);
    let second = _mm_shuffle_epi8(e, _mm_xor_si128(places, _mm_set1_epi8(i8::MIN)));
    _mm_cvtsi128_si32(_mm_or_si128(first, second)).cast_unsigned() & TRUNCATED
}

/// Four words of the users from place `at` on, as a vector for each user.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn words_of_users(rows: [&[u32; USERS]; 4], at: usize) -> [__m128i; ABREAST] {
    let [first, second, third, fourth] = rows.map(|row| load_front(&row[at..]));
    let (front, front_end) = (_mm_unpacklo_epi32(first, second), _mm_unpacklo_epi32(third, fourth));
    let (back, back_end) = (_mm_unpackhi_epi32(first, second), _mm_unpackhi_epi32(third, fourth));
    [
        _mm_unpacklo_epi64(front, front_end),
        _mm_unpackhi_epi64(front, front_end),
        _mm_unpacklo_epi64(back, back_end),
        _mm_unpackhi_epi64(back, back_end),
    ]
}

#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn load(words: &[u32; 4]) -> __m128i {
    // SAFETY: the array has 16 bytes.
    unsafe { _mm_loadu_si128(words.as_ptr().cast()) }
}

/// The first four of `words`.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn load_front(words: &[u32]) -> __m128i {
    let words = &words[..4];
    // SAFETY: the slice has 16 bytes.
    unsafe { _mm_loadu_si128(words.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn store(words: &mut [u32; 4], vector: __m128i) {
    // SAFETY: the array has 16 bytes.
    unsafe { _mm_storeu_si128(words.as_mut_ptr().cast(), vector) }
}
