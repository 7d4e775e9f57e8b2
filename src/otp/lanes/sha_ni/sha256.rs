//! SHA-256 by the SHA extensions.

use super::{ABREAST, Kept, State, in_turn, load, load_front, store, truncated, words_of_users};
use crate::otp::lanes::block::{Found, Question, USERS};
use crate::otp::lanes::engine::Attempt;
use crate::otp::lanes::function::Word;
use crate::otp::lanes::kernel;
use crate::otp::lanes::sha2::{Sha256, constant};
use crate::otp::lanes::unroll::each;
use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_set_epi32, _mm_setzero_si128,
    _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8,
    _mm_shuffle_epi32, _mm_unpackhi_epi64, _mm_unpacklo_epi64,
};

#[target_feature(enable = "sha,ssse3,sse4.1")]
pub(super) fn users(question: &Question<'_, Sha256, 8>, found: &mut Found) {
    let block = question.block;
    let kept = |at| Kept { inner: of_users(&block.inner, at), outer: of_users(&block.outer, at) };
    super::users(question, found, kept, |kept, schedule| values(kept, [schedule; ABREAST]));
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
pub(super) fn steps<const S: usize>(
    attempt: &Attempt<'_, Sha256, 8>,
    from: u32,
    truncated: &mut Found,
) -> u32 {
    let (inner, outer) = (state(&attempt.halves.inner), state(&attempt.halves.outer));
    let kept = Kept { inner: [inner; S], outer: [outer; S] };
    let made;
    let schedules = if let Some(schedules) = attempt.schedules {
        let schedules = &schedules[from as usize..];
        // Where there are fewer, the rest is computed for the first again and dropped.
        std::array::from_fn(|hash| schedules.get(hash).unwrap_or(&schedules[0]))
    } else {
        made = counters::<S>(attempt.counter(from));
        made.each_ref()
    };
    truncated[..S].copy_from_slice(&values(&kept, schedules));
    kernel::number(S)
}

/// The schedules of `S` counters from `first` on.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn counters<const S: usize>(first: u64) -> [[u32; 64]; S] {
    let zero = _mm_setzero_si128();
    let end = _mm_set_epi32(u32::bits_of_block_and(2).cast_signed(), 0, 0, 0);
    let mut messages = [[zero, zero, zero, end]; S];
    for hash in 0..S {
        let block = u32::counter_block::<u32>(&[first.wrapping_add(hash as u64)]);
        messages[hash][0] = load_front(&block);
    }
    let mut schedules = [[0; 64]; S];
    each!(FOUR in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
        for hash in 0..S {
            let words = words::<FOUR>(&mut messages[hash]);
            store(&mut schedules[hash].as_chunks_mut().0[FOUR], words);
        }
    });
    schedules
}

/// The states of the users from place `at` on; see [`state`].
#[expect(clippy::many_single_char_names, reason = "they are those of FIPS 180-4")]
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn of_users(rows: &[[u32; USERS]; 8], at: usize) -> [State; ABREAST] {
    let [a, b, c, d, e, f, g, h] = rows;
    let abef = words_of_users([f, e, b, a], at);
    let cdgh = words_of_users([h, g, d, c], at);
    std::array::from_fn(|user| (abef[user], cdgh[user]))
}

/// The words of a state in the order that the instructions want: a, b, e, f and c, d, g, h, each
/// with the first on top.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn state(words: &[u32; 8]) -> State {
    let cdab = _mm_shuffle_epi32::<0xb1>(load_front(words));
    let efgh = _mm_shuffle_epi32::<0x1b>(load_front(&words[4..]));
    (_mm_alignr_epi8::<8>(cdab, efgh), _mm_blend_epi16::<0xf0>(efgh, cdab))
}

/// The opposite of [`state`]: a to d and e to h, each with the first at the bottom.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn in_order(state: State) -> State {
    let feba = _mm_shuffle_epi32::<0x1b>(state.0);
    let dchg = _mm_shuffle_epi32::<0xb1>(state.1);
    (_mm_blend_epi16::<0xf0>(feba, dchg), _mm_alignr_epi8::<8>(dchg, feba))
}

/// The truncated HMACs of counters whose schedules are `schedules`, by the states after the keys.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn values<const S: usize>(kept: &Kept<S>, schedules: [&[u32; 64]; S]) -> [u32; S] {
    let mut states = kept.inner;
    each!(FOUR in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
        for hash in 0..S {
            four_rounds(&mut states[hash], load(&schedules[hash].as_chunks().0[FOUR]));
        }
    });
    let mark = _mm_set_epi32(0, 0, 0, u32::END.cast_signed());
    let end = _mm_set_epi32(u32::bits_of_block_and(8).cast_signed(), 0, 0, 0);
    let mut messages = [[mark, mark, mark, end]; S];
    for hash in 0..S {
        (messages[hash][0], messages[hash][1]) = in_order(sum(states[hash], kept.inner[hash]));
    }
    let mut states = kept.outer;
    each!(FOUR in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
        for hash in 0..S {
            let words = words::<FOUR>(&mut messages[hash]);
            four_rounds(&mut states[hash], words);
        }
    });
    let mut values = [0; S];
    for hash in 0..S {
        let (abef, cdgh) = sum(states[hash], kept.outer[hash]);
        let (abcd, e) = (_mm_unpackhi_epi64(cdgh, abef), _mm_unpacklo_epi64(cdgh, abef));
        // h is at the bottom.
        values[hash] = truncated(abcd, e, _mm_shuffle_epi8(cdgh, _mm_setzero_si128()));
    }
    values
}

/// Four rounds with `words`, to which the constants have been added.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn four_rounds(state: &mut State, words: __m128i) {
    let (abef, cdgh) = *state;
    let cdgh = _mm_sha256rnds2_epu32(cdgh, abef, words);
    let abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32::<0x0e>(words));
    *state = (in_turn(abef), cdgh);
}

/// The sum of the states after and before a block.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sum(after: State, before: State) -> State {
    (_mm_add_epi32(after.0, before.0), _mm_add_epi32(after.1, before.1))
}

/// The message words of four rounds with their constants added; the words are kept in a window of
/// the last sixteen.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn words<const FOUR: usize>(window: &mut [__m128i; 4]) -> __m128i {
    let at = |further: usize| (FOUR + further) % 4;
    if FOUR >= 4 {
        let older = _mm_sha256msg1_epu32(window[at(0)], window[at(1)]);
        let nearer = _mm_alignr_epi8::<4>(window[at(3)], window[at(2)]);
        window[at(0)] = _mm_sha256msg2_epu32(_mm_add_epi32(older, nearer), window[at(3)]);
    }
    _mm_add_epi32(window[at(0)], load(&const { four_constants(FOUR) }))
}

const fn four_constants(four: usize) -> [u32; 4] {
    let first = 4 * four;
    [constant(first), constant(first + 1), constant(first + 2), constant(first + 3)]
}
