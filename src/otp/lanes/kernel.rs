//! The work itself, for any hash function and any lane: users side by side, or the steps of one.
//!
//! These functions become part of whichever calls them, so that they are compiled once for each
//! instruction set.

use super::block::{NONE, Question, USERS};
use super::function::{Function, Word};
use super::lane::Lane;
use crate::otp::keyed::Halves;

/// Answers for as many users as the lane is wide, from place `at` on.
///
/// The steps are tried from the last to the first and each match replaces the one before, so the
/// lowest remains; all of them are tried, whatever matches.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(super) fn users<F, L, const N: usize>(
    question: &Question<'_, F, N>,
    at: usize,
    found: &mut [u32; USERS],
) where
    F: Function<N>,
    L: Lane<Word = F::Word>,
{
    let inner = rows::<L, N>(&question.block.inner, at);
    let outer = rows::<L, N>(&question.block.outer, at);
    let wanted = L::load_numbers(&question.wanted[at..]);
    let mut best = L::load_numbers(&[NONE; USERS]);
    let mut step = number(question.schedules.len());
    for schedule in question.schedules.iter().rev() {
        step -= 1;
        let mac = F::outer(&outer, &F::shared(&inner, schedule));
        best = F::truncated(&mac).keep_match(wanted, &question.check, step, best);
    }
    best.store_numbers(&mut found[at..]);
}

/// The truncated values of one user for as many of `counters` as the lane is wide.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(super) fn steps<F, L, const N: usize>(
    halves: &Halves<F::Word, N>,
    counters: &[u64; USERS],
    truncated: &mut [u32; USERS],
) where
    F: Function<N>,
    L: Lane<Word = F::Word>,
{
    let block = F::Word::counter_block::<L>(&counters[..L::WIDTH]);
    let inner = F::compress(&everywhere::<L, N>(&halves.inner), block);
    let mac = F::outer(&everywhere::<L, N>(&halves.outer), &inner);
    F::truncated(&mac).store_numbers(truncated);
}

/// A number of steps: few, see [`super::steps::Steps::MOST`].
#[cfg_attr(not(debug_assertions), inline(always))]
#[expect(clippy::cast_possible_truncation, reason = "it is bounded")]
pub(super) fn number(count: usize) -> u32 {
    count as u32
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn rows<L: Lane, const N: usize>(block: &[[L::Word; USERS]; N], at: usize) -> [L; N] {
    let mut state = [L::load(&block[0][at..]); N];
    for word in 1..N {
        state[word] = L::load(&block[word][at..]);
    }
    state
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn everywhere<L: Lane, const N: usize>(words: &[L::Word; N]) -> [L; N] {
    let mut state = [L::splat(words[0]); N];
    for word in 1..N {
        state[word] = L::splat(words[word]);
    }
    state
}
