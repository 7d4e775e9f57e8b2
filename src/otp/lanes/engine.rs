//! Hands the work to the instruction set that is best for it.

use super::block::{Found, NONE, Question, USERS};
use super::check::Check;
use super::function::{Function, Word};
use super::instructions::{InstructionSet, Instructions};
use super::kernel;
use super::lane::Lane;
use crate::otp::keyed::Halves;

/// Answers `question`.
pub(super) fn users<F: Function<N>, const N: usize>(
    with: Instructions,
    question: &Question<'_, F, N>,
    found: &mut Found,
) {
    match with.for_users(F::ALGORITHM, question.users) {
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512 => {
            if let Some(avx512) = with.avx512 {
                return avx512.users(question, found);
            }
        }
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx2 => {
            if let Some(avx2) = with.avx2 {
                return avx2.users(question, found);
            }
        }
        #[cfg(target_arch = "x86_64")]
        InstructionSet::ShaNi => {
            if let Some(sha_ni) = with.sha_ni {
                return F::users_by_sha_ni(sha_ni, question, found);
            }
        }
        #[cfg(target_arch = "aarch64")]
        InstructionSet::Neon => {
            if let Some(neon) = with.neon {
                return neon.users(question, found);
            }
        }
        // What is not there is not chosen.
        #[cfg(not(target_arch = "x86_64"))]
        InstructionSet::Avx512 | InstructionSet::Avx2 | InstructionSet::ShaNi => {}
        #[cfg(not(target_arch = "aarch64"))]
        InstructionSet::Neon => {}
        InstructionSet::Portable => {}
    }
    portable_users(question, found);
}

/// The portable way for users: one after the other.
pub(super) fn portable_users<F: Function<N>, const N: usize>(
    question: &Question<'_, F, N>,
    found: &mut Found,
) {
    for (user, found) in found[..question.users].iter_mut().enumerate() {
        let attempt = Attempt::<F, N> {
            halves: &question.block.take(user),
            wanted: question.wanted[user],
            check: question.check,
            first: 0,
            count: kernel::number(question.schedules.len()),
            schedules: Some(question.schedules),
        };
        *found = attempt.best(Instructions::PORTABLE);
    }
}

/// One user's code, and the counters that are tried.
pub(in crate::otp) struct Attempt<'a, F: Function<N>, const N: usize> {
    pub(super) halves: &'a Halves<F::Word, N>,
    /// The number to look for; see [`super::codes`].
    pub(super) wanted: u32,
    pub(super) check: Check,
    /// The lowest counter.
    pub(super) first: u64,
    /// How many there are.
    pub(super) count: u32,
    /// The schedules of the counters, where they are known.
    pub(super) schedules: Option<&'a [F::Schedule]>,
}

impl<F: Function<N>, const N: usize> Attempt<'_, F, N> {
    /// The lowest counter that matches; all are tried, whatever matches.
    pub(super) fn verify(&self, with: Instructions) -> Option<u64> {
        let best = self.best(with);
        (best != NONE).then(|| self.first + u64::from(best))
    }

    /// The number of the lowest counter that matches, or [`NONE`].
    fn best(&self, with: Instructions) -> u32 {
        let mut best = NONE;
        let mut tried = 0;
        let set = with.for_steps(F::ALGORITHM, self.count as usize);
        let mut truncated = [0; USERS];
        while tried < self.count {
            let done = self.some(with, set, tried, &mut truncated).min(self.count - tried);
            // From the last to the first, so that the lowest remains.
            let mut here = NONE;
            for at in (0..done).rev() {
                let value = truncated[at as usize];
                here = value.keep_match(self.wanted, &self.check, tried + at, here);
            }
            // All ones where nothing was found before.
            let none = 0_u32.wrapping_sub(u32::from(best == NONE));
            best = none.choose(here, best);
            tried += done;
        }
        best
    }

    /// The truncated values of some counters from number `from` on; tells of how many.
    fn some(&self, with: Instructions, set: InstructionSet, from: u32, values: &mut Found) -> u32 {
        match set {
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512 => {
                if let Some(avx512) = with.avx512 {
                    return avx512.steps::<F, N>(self.halves, &self.counters(from), values);
                }
            }
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => {
                if let Some(avx2) = with.avx2 {
                    return avx2.steps::<F, N>(self.halves, &self.counters(from), values);
                }
            }
            #[cfg(target_arch = "x86_64")]
            InstructionSet::ShaNi => {
                if let Some(sha_ni) = with.sha_ni {
                    return F::steps_by_sha_ni(sha_ni, self, from, values);
                }
            }
            #[cfg(target_arch = "aarch64")]
            InstructionSet::Neon => {
                if let Some(neon) = with.neon {
                    return neon.steps::<F, N>(self.halves, &self.counters(from), values);
                }
            }
            #[cfg(not(target_arch = "x86_64"))]
            InstructionSet::Avx512 | InstructionSet::Avx2 | InstructionSet::ShaNi => {}
            #[cfg(not(target_arch = "aarch64"))]
            InstructionSet::Neon => {}
            InstructionSet::Portable => {}
        }
        values[0] = self.portable(from);
        1
    }

    /// The truncated value of counter number `from`, in the portable way.
    pub(super) fn portable(&self, from: u32) -> u32 {
        let inner = if let Some(schedules) = self.schedules {
            F::shared::<F::Word>(&self.halves.inner, &schedules[from as usize])
        } else {
            let block = F::Word::counter_block::<F::Word>(&[self.counter(from)]);
            F::compress::<F::Word>(&self.halves.inner, block)
        };
        let mut number = [0];
        F::truncated(&F::outer(&self.halves.outer, &inner)).store_numbers(&mut number);
        number[0]
    }

    /// Counter number `at`. Beyond the last it means nothing, and what is computed for it is
    /// dropped.
    pub(super) fn counter(&self, at: u32) -> u64 {
        self.first.wrapping_add(u64::from(at))
    }

    fn counters(&self, from: u32) -> [u64; USERS] {
        let mut counters = [0; USERS];
        for (place, counter) in (from..).zip(&mut counters) {
            *counter = self.counter(place);
        }
        counters
    }
}
