//! SHA-1 by the SHA extensions.

use super::{ABREAST, Kept, State, in_turn, load, load_front, store, truncated, words_of_users};
use crate::otp::lanes::block::{Found, Question, USERS};
use crate::otp::lanes::engine::Attempt;
use crate::otp::lanes::function::Word;
use crate::otp::lanes::kernel;
use crate::otp::lanes::sha1::{Fours, Sha1};
use crate::otp::lanes::unroll::each;
use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_and_si128, _mm_load_si128, _mm_or_si128, _mm_set_epi32,
    _mm_set1_epi8, _mm_setzero_si128, _mm_sha1msg1_epu32, _mm_sha1msg2_epu32, _mm_sha1nexte_epu32,
    _mm_sha1rnds4_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32, _mm_slli_si128, _mm_xor_si128,
};

#[target_feature(enable = "sha,ssse3,sse4.1")]
pub(super) fn users(question: &Question<'_, Sha1, 5>, found: &mut Found) {
    let block = question.block;
    let kept = |at| Kept { inner: of_users(&block.inner, at), outer: of_users(&block.outer, at) };
    super::users(question, found, kept, |kept, schedule| values(kept, [&schedule.fours; ABREAST]));
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
pub(super) fn steps<const S: usize>(
    attempt: &Attempt<'_, Sha1, 5>,
    from: u32,
    truncated: &mut Found,
) -> u32 {
    let (inner, outer) = (state(&attempt.halves.inner), state(&attempt.halves.outer));
    let kept = Kept { inner: [inner; S], outer: [outer; S] };
    let made;
    let fours = if let Some(schedules) = attempt.schedules {
        let schedules = &schedules[from as usize..];
        // Where there are fewer, the rest is computed for the first again and dropped.
        std::array::from_fn(|hash| &schedules.get(hash).unwrap_or(&schedules[0]).fours)
    } else {
        made = counters::<S>(attempt.counter(from));
        made.each_ref()
    };
    truncated[..S].copy_from_slice(&values(&kept, fours));
    kernel::number(S)
}

/// The schedules of `S` counters from `first` on.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn counters<const S: usize>(first: u64) -> [Fours; S] {
    let zero = _mm_setzero_si128();
    let end = _mm_set_epi32(0, 0, 0, u32::bits_of_block_and(2).cast_signed());
    let mut messages = [[zero, zero, zero, end]; S];
    for hash in 0..S {
        let block = u32::counter_block::<u32>(&[first.wrapping_add(hash as u64)]);
        messages[hash][0] = load(&[block[3], block[2], block[1], block[0]]);
    }
    let mut schedules = [Fours([[0; 4]; 20]); S];
    each!(FOUR in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19] {
        for hash in 0..S {
            store(&mut schedules[hash].0[FOUR], words::<FOUR>(&mut messages[hash]));
        }
    });
    schedules
}

/// The states of the users from place `at` on; see [`state`].
#[expect(clippy::many_single_char_names, reason = "they are those of FIPS 180-4")]
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn of_users(rows: &[[u32; USERS]; 5], at: usize) -> [State; ABREAST] {
    let [a, b, c, d, e] = rows;
    let [first, second, third, fourth] = words_of_users([d, c, b, a], at);
    let e = load_front(&e[at..]);
    let top = _mm_set_epi32(-1, 0, 0, 0);
    [
        (first, _mm_slli_si128::<12>(e)),
        (second, _mm_and_si128(_mm_slli_si128::<8>(e), top)),
        (third, _mm_and_si128(_mm_slli_si128::<4>(e), top)),
        (fourth, _mm_and_si128(e, top)),
    ]
}

/// The words of a state in the order that the instructions want: a to d with a on top, and e on top
/// of nothing.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn state(words: &[u32; 5]) -> State {
    let abcd = _mm_shuffle_epi32::<0x1b>(load_front(words));
    (abcd, _mm_set_epi32(words[4].cast_signed(), 0, 0, 0))
}

/// The truncated HMACs of counters whose schedules are `fours`, by the states after the keys.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn values<const S: usize>(kept: &Kept<S>, fours: [&Fours; S]) -> [u32; S] {
    let mut states = kept.inner;
    each!(FOUR in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19] {
        for hash in 0..S {
            // SAFETY: the array has 16 bytes, and is aligned to them.
            let words = unsafe { _mm_load_si128(fours[hash].0[FOUR].as_ptr().cast()) };
            four_rounds::<FOUR>(&mut states[hash], words);
        }
    });
    let zero = _mm_setzero_si128();
    let mark = _mm_set_epi32(0, u32::END.cast_signed(), 0, 0);
    let end = _mm_set_epi32(0, 0, 0, u32::bits_of_block_and(5).cast_signed());
    let mut messages = [[zero, zero, zero, end]; S];
    for hash in 0..S {
        let (abcd, e) = sum(states[hash], kept.inner[hash]);
        // Below e there is nothing.
        (messages[hash][0], messages[hash][1]) = (abcd, _mm_or_si128(e, mark));
    }
    let mut states = kept.outer;
    each!(FOUR in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19] {
        for hash in 0..S {
            let words = words::<FOUR>(&mut messages[hash]);
            four_rounds::<FOUR>(&mut states[hash], words);
        }
    });
    let mut values = [0; S];
    for hash in 0..S {
        let (abcd, e) = sum(states[hash], kept.outer[hash]);
        values[hash] = truncated(abcd, e, _mm_shuffle_epi8(e, _mm_set1_epi8(12)));
    }
    values
}

/// Four rounds on a, b, c, d and what e is made of: e itself before the first four, and afterwards
/// the word that was a four rounds ago, on top.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn four_rounds<const FOUR: usize>(state: &mut State, words: __m128i) {
    let (abcd, e) = *state;
    let added = if FOUR == 0 { _mm_add_epi32(e, words) } else { _mm_sha1nexte_epu32(e, words) };
    let after = match FOUR / 5 {
        0 => _mm_sha1rnds4_epu32::<0>(abcd, added),
        1 => _mm_sha1rnds4_epu32::<1>(abcd, added),
        2 => _mm_sha1rnds4_epu32::<2>(abcd, added),
        _ => _mm_sha1rnds4_epu32::<3>(abcd, added),
    };
    // Only the top word is wanted, and a plain copy makes the next rounds wait (on Zen 4).
    *state = (in_turn(after), _mm_shuffle_epi32::<0xff>(abcd));
}

/// The sum of the states after and before a block.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sum(after: State, before: State) -> State {
    (_mm_add_epi32(after.0, before.0), _mm_sha1nexte_epu32(after.1, before.1))
}

/// The message words of four rounds, kept in a window of the last sixteen.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn words<const FOUR: usize>(window: &mut [__m128i; 4]) -> __m128i {
    let at = |further: usize| (FOUR + further) % 4;
    if FOUR >= 4 {
        let older = _mm_sha1msg1_epu32(window[at(0)], window[at(1)]);
        let older = _mm_xor_si128(older, window[at(2)]);
        window[at(0)] = _mm_sha1msg2_epu32(older, window[at(3)]);
    }
    window[at(0)]
}
