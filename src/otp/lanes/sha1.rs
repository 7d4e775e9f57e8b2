//! The rounds of SHA-1 (FIPS 180-4 §6.1.2), for any lane.

#[cfg(target_arch = "x86_64")]
use super::block::{Found, Question};
#[cfg(target_arch = "x86_64")]
use super::engine::Attempt;
use super::function::{Function, Word};
use super::lane::Lane;
#[cfg(target_arch = "x86_64")]
use super::sha_ni::ShaNi;
use super::unroll::each_of_80;
use crate::otp::Algorithm;
use crate::otp::keyed::{self, Halves};

/// SHA-1.
pub(in crate::otp) struct Sha1;

/// The message schedule of a counter.
#[derive(Clone)]
pub(in crate::otp) struct Schedule {
    /// The words, each with the constant of its round added.
    pub(super) added: [u32; 80],
    /// The words by fours, the last of each four first: as SHA-NI wants them, which adds the
    /// constants itself.
    pub(super) fours: Fours,
}

/// The words of a schedule by fours.
#[derive(Clone, Copy)]
#[repr(align(16))]
pub(super) struct Fours(pub(super) [[u32; 4]; 20]);

/// The constants of twenty rounds each (FIPS 180-4 §4.2.1).
const CONSTANTS: [u32; 4] = [0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6];

/// Round `ROUND` with its word and constant already added. Instead of moving five words along,
/// their names move.
#[cfg_attr(not(debug_assertions), inline(always))]
fn round<L: Lane, const ROUND: usize>(state: &mut [L; 5], word: L) {
    let at = |name: usize| (80 + name - ROUND) % 5;
    let (b, c, d) = (state[at(1)], state[at(2)], state[at(3)]);
    let mixed = match ROUND / 20 {
        0 => b.choose(c, d),
        2 => b.majority(c, d),
        _ => b.parity(c, d),
    };
    let turned = state[at(0)].rotate_right(32 - 5);
    state[at(4)] = state[at(4)].add(word).add(mixed).add(turned);
    state[at(1)] = b.rotate_right(32 - 30);
}

/// The word of round `ROUND`, kept in a window of the last sixteen.
#[cfg_attr(not(debug_assertions), inline(always))]
fn scheduled<L: Lane, const ROUND: usize>(words: &mut [L; 16]) -> L {
    let at = ROUND % 16;
    if ROUND >= 16 {
        let nearer =
            words[(ROUND + 13) % 16].parity(words[(ROUND + 8) % 16], words[(ROUND + 2) % 16]);
        words[at] = words[at].xor(nearer).rotate_right(32 - 1);
    }
    words[at]
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn sum<L: Lane>(mut state: [L; 5], before: &[L; 5]) -> [L; 5] {
    for (word, before) in state.iter_mut().zip(before) {
        *word = word.add(*before);
    }
    state
}

impl Function<5> for Sha1 {
    type Word = u32;
    type Schedule = Schedule;

    const ALGORITHM: Algorithm = Algorithm::Sha1;

    fn keyed(key: &[u8]) -> Halves<u32, 5> {
        keyed::sha1(key)
    }

    fn schedule(counter: u64) -> Schedule {
        let mut words = u32::counter_block(&[counter]);
        let mut schedule = Schedule { added: [0; 80], fours: Fours([[0; 4]; 20]) };
        each_of_80!(ROUND {
            let word = scheduled::<u32, ROUND>(&mut words);
            schedule.added[ROUND] = word.wrapping_add(CONSTANTS[ROUND / 20]);
            schedule.fours.0[ROUND / 4][3 - ROUND % 4] = word;
        });
        schedule
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn shared<L: Lane<Word = u32>>(before: &[L; 5], schedule: &Schedule) -> [L; 5] {
        let mut state = *before;
        each_of_80!(ROUND {
            round::<L, ROUND>(&mut state, L::splat(schedule.added[ROUND]));
        });
        sum(state, before)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn compress<L: Lane<Word = u32>>(before: &[L; 5], mut words: [L; 16]) -> [L; 5] {
        let mut state = *before;
        each_of_80!(ROUND {
            let word = scheduled::<L, ROUND>(&mut words);
            round::<L, ROUND>(&mut state, word.add(L::splat(CONSTANTS[ROUND / 20])));
        });
        sum(state, before)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn truncated<L: Lane<Word = u32>>(mac: &[L; 5]) -> L {
        u32::truncated(*mac, mac[4])
    }

    #[cfg(target_arch = "x86_64")]
    fn users_by_sha_ni(by: ShaNi, question: &Question<'_, Self, 5>, found: &mut Found) {
        by.sha1_users(question, found);
    }

    #[cfg(target_arch = "x86_64")]
    fn steps_by_sha_ni(
        by: ShaNi,
        attempt: &Attempt<'_, Self, 5>,
        from: u32,
        values: &mut Found,
    ) -> u32 {
        by.sha1_steps(attempt, from, values)
    }
}
