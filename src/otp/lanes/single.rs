//! One code of one user: the counters are tried side by side.

use super::check::Check;
use super::codes;
use super::engine::Attempt;
use super::function::Function;
use super::instructions::Instructions;
use super::kernel;
use super::sha1::Sha1;
use super::sha2::{Sha256, Sha512};
use super::steps::{Schedules, Steps};
use crate::otp::Digits;
use crate::otp::keyed::{Halves, Keyed};
use std::ops::RangeInclusive;

/// What somebody entered, and what it is looked for with.
#[derive(Clone, Copy)]
pub(in crate::otp) struct Single {
    /// The number to look for; see [`super::codes`].
    pub(super) wanted: u32,
    pub(super) digits: Digits,
    pub(super) with: Instructions,
}

impl Single {
    /// The code `value` of `digits` digits, with whatever this machine has.
    pub(in crate::otp) fn new(value: u64, digits: Digits) -> Self {
        let wanted = codes::number(Some(value));
        Self { wanted, digits, with: Instructions::detected() }
    }

    /// The lowest of `counters` that it belongs to; there are no more than [`Steps::MOST`].
    pub(in crate::otp) fn among(self, keyed: &Keyed, counters: RangeInclusive<u64>) -> Option<u64> {
        match keyed {
            Keyed::Sha1(halves) => self.of_counters::<Sha1, 5>(halves, counters),
            Keyed::Sha256(halves) => self.of_counters::<Sha256, 8>(halves, counters),
            Keyed::Sha512(halves) => self.of_counters::<Sha512, 8>(halves, counters),
        }
    }

    /// The lowest of `steps` that it belongs to. If they were made for another hash function, what
    /// they know of the hashing is of no use, and their counters are enough.
    pub(in crate::otp) fn at(self, keyed: &Keyed, steps: &Steps) -> Option<u64> {
        let first = steps.first();
        match (keyed, &steps.schedules) {
            (Keyed::Sha1(halves), Schedules::Sha1(schedules)) => {
                self.of_steps::<Sha1, 5>(halves, first, schedules)
            }
            (Keyed::Sha256(halves), Schedules::Sha256(schedules)) => {
                self.of_steps::<Sha256, 8>(halves, first, schedules)
            }
            (Keyed::Sha512(halves), Schedules::Sha512(schedules)) => {
                self.of_steps::<Sha512, 8>(halves, first, schedules)
            }
            _ => self.among(keyed, first..=first + (steps.len() as u64 - 1)),
        }
    }

    pub(super) fn of_steps<F: Function<N>, const N: usize>(
        self,
        halves: &Halves<F::Word, N>,
        first: u64,
        schedules: &[F::Schedule],
    ) -> Option<u64> {
        let attempt = Attempt::<F, N> {
            halves,
            wanted: self.wanted,
            check: Check::of(self.digits),
            first,
            count: kernel::number(schedules.len()),
            schedules: Some(schedules),
        };
        attempt.verify(self.with)
    }

    fn of_counters<F: Function<N>, const N: usize>(
        self,
        halves: &Halves<F::Word, N>,
        counters: RangeInclusive<u64>,
    ) -> Option<u64> {
        let (first, last) = counters.into_inner();
        let attempt = Attempt::<F, N> {
            halves,
            wanted: self.wanted,
            check: Check::of(self.digits),
            first,
            count: u32::try_from(last - first + 1).unwrap_or(u32::MAX),
            schedules: None,
        };
        attempt.verify(self.with)
    }
}

#[cfg(test)]
mod tests {
    use super::Single;
    use crate::otp::keyed::Keyed;
    use crate::otp::lanes::{InstructionSet, Instructions, Steps};
    use crate::otp::{Algorithm, Digits, Hotp, Key};

    #[test]
    fn counters_without_schedules_are_found_with_every_instruction_set() {
        let sets = InstructionSet::ALL.into_iter();
        let alone = sets.filter_map(|set| Instructions::detected().only(set));
        let all: Vec<Instructions> = alone.chain([Instructions::detected()]).collect();
        let key = Key::new(b"12345678901234567890".to_vec());
        for algorithm in Algorithm::ALL {
            let hotp = Hotp::new(&key, algorithm, Digits::EIGHT);
            let keyed = Keyed::new(&key, algorithm);
            for count in [1, 2, 3, 4, 5, 6, 7, 9, 10, 15, 16, 17, 33] {
                for first in [0, 1 << 32, u64::MAX - count + 1] {
                    let last = first + (count - 1);
                    let steps = Steps::new(algorithm, first..=last).expect("a few steps");
                    for counter in [first, first + count / 2, last] {
                        let wanted = hotp.code(counter).value();
                        for with in &all {
                            let single = Single { wanted, digits: Digits::EIGHT, with: *with };
                            let told = format!("{algorithm} {count} from {first}: {with:?}");
                            let found = single.among(&keyed, first..=last);
                            assert_eq!(found, Some(counter), "{told}");
                            assert_eq!(single.at(&keyed, &steps), Some(counter), "{told}");
                        }
                    }
                }
            }
        }
    }
}
