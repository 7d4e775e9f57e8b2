//! The SHA extensions of x86: one compression at a time is bound by the latency of its rounds, so
//! three independent ones are interleaved.

#![allow(unsafe_code, reason = "the instructions exist only on processors that have them")]
#![allow(clippy::unused_self, reason = "that there is one is the proof that a call is sound")]
#![allow(clippy::needless_range_loop, reason = "hashes are numbered through several arrays")]
#![allow(clippy::cast_ptr_alignment, reason = "the loads and stores used take any address")]

use super::block::{Found, NONE, Question, USERS};
use super::engine::Attempt;
use super::function::{Function, Word};
use super::kernel;
use super::lane::Lane;
use super::sha1::{Schedule, Sha1};
use super::sha2::{Sha256, constant};
use super::unroll::each;
use crate::otp::keyed::Halves;
use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_extract_epi32, _mm_loadu_si128,
    _mm_or_si128, _mm_set_epi32, _mm_setzero_si128, _mm_sha1msg1_epu32, _mm_sha1msg2_epu32,
    _mm_sha1nexte_epu32, _mm_sha1rnds4_epu32, _mm_sha256msg1_epu32, _mm_sha256msg2_epu32,
    _mm_sha256rnds2_epu32, _mm_shuffle_epi32, _mm_storeu_si128, _mm_xor_si128,
};

/// That this processor has the SHA extensions, and SSSE3 and SSE4.1 beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::otp) struct ShaNi(());

/// The states of `S` hashes: a vector of the first four words and one of the others for each.
type States<const S: usize> = ([__m128i; S], [__m128i; S]);

/// The message words of `S` hashes, by fours.
type Messages<const S: usize> = [[__m128i; 4]; S];

impl ShaNi {
    pub(super) fn detected() -> Option<Self> {
        let there = std::arch::is_x86_feature_detected!("sha")
            && std::arch::is_x86_feature_detected!("ssse3")
            && std::arch::is_x86_feature_detected!("sse4.1");
        there.then_some(Self(()))
    }

    /// Answers `question`, three users at a time.
    pub(super) fn sha1_users(self, question: &Question<'_, Sha1, 5>, found: &mut Found) {
        // SAFETY: `self` exists only where the three were detected.
        unsafe { sha1_users(question, found) }
    }

    /// Answers `question`, three users at a time.
    pub(super) fn sha256_users(self, question: &Question<'_, Sha256, 8>, found: &mut Found) {
        // SAFETY: `self` exists only where the three were detected.
        unsafe { sha256_users(question, found) }
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
                1 => sha1_steps::<1>(attempt, from, values),
                _ => sha1_steps::<3>(attempt, from, values),
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
                1 => sha256_steps::<1>(attempt, from, values),
                _ => sha256_steps::<3>(attempt, from, values),
            }
        }
    }
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha1_users(question: &Question<'_, Sha1, 5>, found: &mut Found) {
    for at in (0..question.users).step_by(3) {
        // Where fewer than three are left, the last place is computed again and dropped.
        let three = [at, at + 1, at + 2].map(|at| question.block.take(at.min(USERS - 1)));
        let mut best = [NONE; 3];
        let mut step = kernel::number(question.schedules.len());
        for schedule in question.schedules.iter().rev() {
            step -= 1;
            let [first, second, third] = &three;
            let macs = sha1_shared([first, second, third], std::slice::from_ref(schedule));
            for (user, mac) in macs.iter().enumerate() {
                let wanted = question.wanted[(at + user).min(USERS - 1)];
                best[user] = <Sha1 as Function<5>>::truncated::<u32>(mac).keep_match(
                    wanted,
                    &question.check,
                    step,
                    best[user],
                );
            }
        }
        for (found, best) in found[at..].iter_mut().zip(best) {
            *found = best;
        }
    }
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha256_users(question: &Question<'_, Sha256, 8>, found: &mut Found) {
    for at in (0..question.users).step_by(3) {
        // Where fewer than three are left, the last place is computed again and dropped.
        let three = [at, at + 1, at + 2].map(|at| question.block.take(at.min(USERS - 1)));
        let mut best = [NONE; 3];
        let mut step = kernel::number(question.schedules.len());
        for schedule in question.schedules.iter().rev() {
            step -= 1;
            let [first, second, third] = &three;
            let macs = sha256_shared([first, second, third], std::slice::from_ref(schedule));
            for (user, mac) in macs.iter().enumerate() {
                let wanted = question.wanted[(at + user).min(USERS - 1)];
                best[user] = <Sha256 as Function<8>>::truncated::<u32>(mac).keep_match(
                    wanted,
                    &question.check,
                    step,
                    best[user],
                );
            }
        }
        for (found, best) in found[at..].iter_mut().zip(best) {
            *found = best;
        }
    }
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha1_steps<const S: usize>(
    attempt: &Attempt<'_, Sha1, 5>,
    from: u32,
    values: &mut Found,
) -> u32 {
    let halves = [attempt.halves; S];
    let macs = match attempt.schedules {
        Some(schedules) => sha1_shared(halves, &schedules[from as usize..]),
        None => sha1_counters(halves, attempt.counter(from)),
    };
    for hash in 0..S {
        values[hash] = <Sha1 as Function<5>>::truncated::<u32>(&macs[hash]);
    }
    kernel::number(S)
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha256_steps<const S: usize>(
    attempt: &Attempt<'_, Sha256, 8>,
    from: u32,
    values: &mut Found,
) -> u32 {
    let halves = [attempt.halves; S];
    let macs = match attempt.schedules {
        Some(schedules) => sha256_shared(halves, &schedules[from as usize..]),
        None => sha256_counters(halves, attempt.counter(from)),
    };
    for hash in 0..S {
        values[hash] = <Sha256 as Function<8>>::truncated::<u32>(&macs[hash]);
    }
    kernel::number(S)
}

#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha1_shared<const S: usize>(
    halves: [&Halves<u32, 5>; S],
    schedules: &[Schedule],
) -> [[u32; 5]; S] {
    let before = sha1_states(halves.map(|halves| &halves.inner));
    let (mut abcd, mut rest) = before;
    each!(FOUR in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19] {
        for hash in 0..S {
            let word = load(&schedules[hash % schedules.len()].fours[FOUR]);
            sha1_four::<FOUR>((&mut abcd[hash], &mut rest[hash]), word);
        }
    });
    sha1_outer(halves, sha1_sum(before, (abcd, rest)))
}

#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha1_counters<const S: usize>(halves: [&Halves<u32, 5>; S], first: u64) -> [[u32; 5]; S] {
    let zero = _mm_setzero_si128();
    let end = _mm_set_epi32(0, 0, 0, u32::bits_of_block_and(2).cast_signed());
    let mut messages = [[zero, zero, zero, end]; S];
    for hash in 0..S {
        let block = u32::counter_block::<u32>(&[first.wrapping_add(hash as u64)]);
        messages[hash][0] = load(&[block[3], block[2], block[1], block[0]]);
    }
    let inner = sha1_compress(sha1_states(halves.map(|halves| &halves.inner)), messages);
    sha1_outer(halves, inner)
}

/// The words of a state in the order that the instructions want: a and e on top.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha1_states<const S: usize>(words: [&[u32; 5]; S]) -> States<S> {
    let (mut abcd, mut rest) = ([_mm_setzero_si128(); S], [_mm_setzero_si128(); S]);
    for hash in 0..S {
        abcd[hash] = _mm_shuffle_epi32::<0x1b>(load_front(words[hash]));
        rest[hash] = _mm_set_epi32(words[hash][4].cast_signed(), 0, 0, 0);
    }
    (abcd, rest)
}

/// Four rounds. `rest` is e before the first four, and afterwards the state four rounds ago, from
/// which the instruction makes e.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha1_four<const FOUR: usize>(state: (&mut __m128i, &mut __m128i), word: __m128i) {
    let (abcd, rest) = state;
    let added =
        if FOUR == 0 { _mm_add_epi32(*rest, word) } else { _mm_sha1nexte_epu32(*rest, word) };
    *rest = *abcd;
    *abcd = match FOUR / 5 {
        0 => _mm_sha1rnds4_epu32::<0>(*abcd, added),
        1 => _mm_sha1rnds4_epu32::<1>(*abcd, added),
        2 => _mm_sha1rnds4_epu32::<2>(*abcd, added),
        _ => _mm_sha1rnds4_epu32::<3>(*abcd, added),
    };
}

#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha1_sum<const S: usize>(before: States<S>, after: States<S>) -> States<S> {
    let (mut abcd, mut rest) = after;
    for hash in 0..S {
        rest[hash] = _mm_sha1nexte_epu32(rest[hash], before.1[hash]);
        abcd[hash] = _mm_add_epi32(abcd[hash], before.0[hash]);
    }
    (abcd, rest)
}

#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha1_compress<const S: usize>(before: States<S>, mut messages: Messages<S>) -> States<S> {
    let (mut abcd, mut rest) = before;
    each!(FOUR in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19] {
        for hash in 0..S {
            let word = sha1_word::<FOUR>(&mut messages[hash]);
            sha1_four::<FOUR>((&mut abcd[hash], &mut rest[hash]), word);
        }
    });
    sha1_sum(before, (abcd, rest))
}

/// The message words of four rounds, kept in a window of the last sixteen.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha1_word<const FOUR: usize>(words: &mut [__m128i; 4]) -> __m128i {
    let at = |further: usize| (FOUR + further) % 4;
    if FOUR >= 4 {
        let older = _mm_sha1msg1_epu32(words[at(0)], words[at(1)]);
        let older = _mm_xor_si128(older, words[at(2)]);
        words[at(0)] = _mm_sha1msg2_epu32(older, words[at(3)]);
    }
    words[at(0)]
}

#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha1_outer<const S: usize>(halves: [&Halves<u32, 5>; S], inner: States<S>) -> [[u32; 5]; S] {
    let zero = _mm_setzero_si128();
    let mark = _mm_set_epi32(0, u32::END.cast_signed(), 0, 0);
    let end = _mm_set_epi32(0, 0, 0, u32::bits_of_block_and(5).cast_signed());
    let mut messages = [[zero, zero, zero, end]; S];
    for hash in 0..S {
        messages[hash][0] = inner.0[hash];
        // Below its top word, `rest` is zero.
        messages[hash][1] = _mm_or_si128(inner.1[hash], mark);
    }
    let states = sha1_states(halves.map(|halves| &halves.outer));
    let (abcd, rest) = sha1_compress(states, messages);
    let mut macs = [[0; 5]; S];
    for hash in 0..S {
        store_front(&mut macs[hash], _mm_shuffle_epi32::<0x1b>(abcd[hash]));
        macs[hash][4] = _mm_extract_epi32::<3>(rest[hash]).cast_unsigned();
    }
    macs
}

#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha256_shared<const S: usize>(
    halves: [&Halves<u32, 8>; S],
    schedules: &[[u32; 64]],
) -> [[u32; 8]; S] {
    let before = sha256_states(halves.map(|halves| &halves.inner));
    let (mut abef, mut cdgh) = before;
    each!(FOUR in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
        for hash in 0..S {
            let words = load_front(&schedules[hash % schedules.len()][4 * FOUR..]);
            sha256_four((&mut abef[hash], &mut cdgh[hash]), words);
        }
    });
    sha256_outer(halves, sha256_sum(before, (abef, cdgh)))
}

#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha256_counters<const S: usize>(halves: [&Halves<u32, 8>; S], first: u64) -> [[u32; 8]; S] {
    let zero = _mm_setzero_si128();
    let end = _mm_set_epi32(u32::bits_of_block_and(2).cast_signed(), 0, 0, 0);
    let mut messages = [[zero, zero, zero, end]; S];
    for hash in 0..S {
        messages[hash][0] =
            load_front(&u32::counter_block::<u32>(&[first.wrapping_add(hash as u64)]));
    }
    let inner = sha256_compress(sha256_states(halves.map(|halves| &halves.inner)), messages);
    sha256_outer(halves, inner)
}

/// The words of a state in the order that the instructions want: a, b, e, f and c, d, g, h, each
/// with the first on top.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha256_states<const S: usize>(words: [&[u32; 8]; S]) -> States<S> {
    let (mut abef, mut cdgh) = ([_mm_setzero_si128(); S], [_mm_setzero_si128(); S]);
    for hash in 0..S {
        let cdab = _mm_shuffle_epi32::<0xb1>(load_front(words[hash]));
        let efgh = _mm_shuffle_epi32::<0x1b>(load_front(&words[hash][4..]));
        abef[hash] = _mm_alignr_epi8::<8>(cdab, efgh);
        cdgh[hash] = _mm_blend_epi16::<0xf0>(efgh, cdab);
    }
    (abef, cdgh)
}

/// The opposite of [`sha256_states`]: a to d and e to h, each with the first at the bottom.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha256_words<const S: usize>(states: States<S>) -> States<S> {
    let (mut front, mut back) = states;
    for hash in 0..S {
        let feba = _mm_shuffle_epi32::<0x1b>(front[hash]);
        let dchg = _mm_shuffle_epi32::<0xb1>(back[hash]);
        front[hash] = _mm_blend_epi16::<0xf0>(feba, dchg);
        back[hash] = _mm_alignr_epi8::<8>(dchg, feba);
    }
    (front, back)
}

/// Four rounds with `words`, to which the constants have been added.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha256_four(state: (&mut __m128i, &mut __m128i), words: __m128i) {
    let (abef, cdgh) = state;
    *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, words);
    *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32::<0x0e>(words));
}

#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha256_sum<const S: usize>(before: States<S>, after: States<S>) -> States<S> {
    let (mut abef, mut cdgh) = after;
    for hash in 0..S {
        abef[hash] = _mm_add_epi32(abef[hash], before.0[hash]);
        cdgh[hash] = _mm_add_epi32(cdgh[hash], before.1[hash]);
    }
    (abef, cdgh)
}

#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha256_compress<const S: usize>(before: States<S>, mut messages: Messages<S>) -> States<S> {
    let (mut abef, mut cdgh) = before;
    each!(FOUR in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
        let constants = load(&const { four_constants(FOUR) });
        for hash in 0..S {
            let words = sha256_word::<FOUR>(&mut messages[hash]);
            let added = _mm_add_epi32(words, constants);
            sha256_four((&mut abef[hash], &mut cdgh[hash]), added);
        }
    });
    sha256_sum(before, (abef, cdgh))
}

/// The message words of four rounds, kept in a window of the last sixteen.
#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha256_word<const FOUR: usize>(words: &mut [__m128i; 4]) -> __m128i {
    let at = |further: usize| (FOUR + further) % 4;
    if FOUR >= 4 {
        let older = _mm_sha256msg1_epu32(words[at(0)], words[at(1)]);
        let nearer = _mm_alignr_epi8::<4>(words[at(3)], words[at(2)]);
        words[at(0)] = _mm_sha256msg2_epu32(_mm_add_epi32(older, nearer), words[at(3)]);
    }
    words[at(0)]
}

const fn four_constants(four: usize) -> [u32; 4] {
    let first = 4 * four;
    [constant(first), constant(first + 1), constant(first + 2), constant(first + 3)]
}

#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha256_outer<const S: usize>(halves: [&Halves<u32, 8>; S], inner: States<S>) -> [[u32; 8]; S] {
    let (front, back) = sha256_words(inner);
    let mark = _mm_set_epi32(0, 0, 0, u32::END.cast_signed());
    let end = _mm_set_epi32(u32::bits_of_block_and(8).cast_signed(), 0, 0, 0);
    let mut messages = [[mark, mark, mark, end]; S];
    for hash in 0..S {
        (messages[hash][0], messages[hash][1]) = (front[hash], back[hash]);
    }
    let states = sha256_states(halves.map(|halves| &halves.outer));
    let (front, back) = sha256_words(sha256_compress(states, messages));
    let mut macs = [[0; 8]; S];
    for hash in 0..S {
        store_front(&mut macs[hash], front[hash]);
        store_front(&mut macs[hash][4..], back[hash]);
    }
    macs
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
fn store_front(words: &mut [u32], vector: __m128i) {
    let words = &mut words[..4];
    // SAFETY: the slice has 16 bytes.
    unsafe { _mm_storeu_si128(words.as_mut_ptr().cast(), vector) }
}
