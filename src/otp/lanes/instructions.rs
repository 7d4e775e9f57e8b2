//! The instruction sets that the work may be done with, and which of them is best for what.

#[cfg(target_arch = "aarch64")]
use super::neon::Neon;
#[cfg(target_arch = "x86_64")]
use super::{avx2::Avx2, avx512::Avx512, sha_ni::ShaNi};
use crate::otp::Algorithm;
use serde::{Serialize, Serializer};
use std::fmt;

/// A way to do the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InstructionSet {
    /// 512-bit vectors of x86: 32 users at once in two registers of 16, or 16 of SHA-512.
    Avx512,
    /// 256-bit vectors of x86: 8 users at once, or 4 of SHA-512.
    Avx2,
    /// The SHA extensions of x86: four users or three steps at once. They know no SHA-512.
    ShaNi,
    /// The vectors of 64-bit ARM: 8 users at once in two registers of 4, or 4 of SHA-512.
    Neon,
    /// Plain Rust, one word at a time, on every machine.
    Portable,
}

impl InstructionSet {
    /// All of them, in the order that tables show them in.
    pub const ALL: [Self; 5] = [Self::Avx512, Self::Avx2, Self::ShaNi, Self::Neon, Self::Portable];
}

impl Serialize for InstructionSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for InstructionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Avx512 => "AVX-512",
            Self::Avx2 => "AVX2",
            Self::ShaNi => "SHA-NI",
            Self::Neon => "NEON",
            Self::Portable => "portable",
        })
    }
}

/// The instruction sets that may be used: those of this machine, or fewer.
///
/// A value names only what was detected, so that no call can make the processor meet an instruction
/// that it does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instructions {
    #[cfg(target_arch = "x86_64")]
    pub(super) avx512: Option<Avx512>,
    #[cfg(target_arch = "x86_64")]
    pub(super) avx2: Option<Avx2>,
    #[cfg(target_arch = "x86_64")]
    pub(super) sha_ni: Option<ShaNi>,
    #[cfg(target_arch = "aarch64")]
    pub(super) neon: Option<Neon>,
}

impl Instructions {
    /// Those of this machine.
    #[must_use]
    pub fn detected() -> Self {
        Self {
            #[cfg(target_arch = "x86_64")]
            avx512: Avx512::detected(),
            #[cfg(target_arch = "x86_64")]
            avx2: Avx2::detected(),
            #[cfg(target_arch = "x86_64")]
            sha_ni: ShaNi::detected(),
            #[cfg(target_arch = "aarch64")]
            neon: Neon::detected(),
        }
    }

    /// None but what every machine has.
    pub const PORTABLE: Self = Self {
        #[cfg(target_arch = "x86_64")]
        avx512: None,
        #[cfg(target_arch = "x86_64")]
        avx2: None,
        #[cfg(target_arch = "x86_64")]
        sha_ni: None,
        #[cfg(target_arch = "aarch64")]
        neon: None,
    };

    /// These without `set`; the portable way is always there.
    #[must_use]
    #[cfg_attr(
        not(any(target_arch = "x86_64", target_arch = "aarch64")),
        expect(unused_mut, reason = "there is none to remove")
    )]
    pub fn without(mut self, set: InstructionSet) -> Self {
        match set {
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512 => self.avx512 = None,
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => self.avx2 = None,
            #[cfg(target_arch = "x86_64")]
            InstructionSet::ShaNi => self.sha_ni = None,
            #[cfg(not(target_arch = "x86_64"))]
            InstructionSet::Avx512 | InstructionSet::Avx2 | InstructionSet::ShaNi => {}
            #[cfg(target_arch = "aarch64")]
            InstructionSet::Neon => self.neon = None,
            #[cfg(not(target_arch = "aarch64"))]
            InstructionSet::Neon => {}
            InstructionSet::Portable => {}
        }
        self
    }

    /// `set` and the portable way alone, if `set` is among these.
    #[must_use]
    pub fn only(self, set: InstructionSet) -> Option<Self> {
        let others = InstructionSet::ALL.into_iter().filter(|other| *other != set);
        self.has(set).then(|| others.fold(self, Self::without))
    }

    /// Whether `set` is among these.
    #[must_use]
    pub fn has(self, set: InstructionSet) -> bool {
        match set {
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512 => self.avx512.is_some(),
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => self.avx2.is_some(),
            #[cfg(target_arch = "x86_64")]
            InstructionSet::ShaNi => self.sha_ni.is_some(),
            #[cfg(not(target_arch = "x86_64"))]
            InstructionSet::Avx512 | InstructionSet::Avx2 | InstructionSet::ShaNi => false,
            #[cfg(target_arch = "aarch64")]
            InstructionSet::Neon => self.neon.is_some(),
            #[cfg(not(target_arch = "aarch64"))]
            InstructionSet::Neon => false,
            InstructionSet::Portable => true,
        }
    }

    /// What `users` users are verified with who lie in one block, which is up to 32: the last block
    /// of a batch may take another set than those before it.
    #[must_use]
    pub fn for_users(self, algorithm: Algorithm, users: usize) -> InstructionSet {
        self.best(algorithm, users, few(algorithm).users)
    }

    /// What `steps` steps of one user are tried with.
    #[must_use]
    pub fn for_steps(self, algorithm: Algorithm, steps: usize) -> InstructionSet {
        self.best(algorithm, steps, few(algorithm).steps)
    }

    fn best(self, algorithm: Algorithm, count: usize, few: usize) -> InstructionSet {
        use InstructionSet::{Avx2, Avx512, Neon, ShaNi};
        self.first_of(match algorithm {
            // One alone is computed faster in plain words than in a vector with one place taken.
            Algorithm::Sha1 | Algorithm::Sha256 if count == 1 => &[ShaNi],
            Algorithm::Sha512 if count == 1 => &[],
            Algorithm::Sha1 | Algorithm::Sha256 if count <= few => &[ShaNi, Avx512, Avx2, Neon],
            Algorithm::Sha1 => &[Avx512, Avx2, ShaNi, Neon],
            Algorithm::Sha256 => &[Avx512, ShaNi, Avx2, Neon],
            Algorithm::Sha512 => &[Avx512, Avx2, Neon],
        })
    }

    fn first_of(self, sets: &[InstructionSet]) -> InstructionSet {
        let first = sets.iter().copied().find(|set| self.has(*set));
        first.unwrap_or(InstructionSet::Portable)
    }
}

/// Up to how many users of a block, or steps of one user, the SHA extensions are faster than
/// AVX-512, whose vectors cost the same however few of their places are taken. (AVX2 and they
/// differ by a tenth only where there are few with SHA-1.)
struct Few {
    users: usize,
    steps: usize,
}

/// Measured on Zen 4 with a window of ±1. SHA-1: four users of theirs take 0.38 µs and 32 in two
/// vectors 1.24; nine steps 0.28 and sixteen in a vector 0.29. SHA-256: 0.39 and 2.46; fifteen
/// steps 0.5 and sixteen 0.55.
fn few(algorithm: Algorithm) -> Few {
    match algorithm {
        Algorithm::Sha1 => Few { users: 12, steps: 9 },
        Algorithm::Sha256 => Few { users: 24, steps: 15 },
        Algorithm::Sha512 => Few { users: 0, steps: 0 },
    }
}

#[cfg(test)]
mod tests {
    use super::{InstructionSet, Instructions};
    use crate::otp::Algorithm;

    /// The sets of this machine of which `chosen` names the best for each count.
    fn holds(algorithm: Algorithm, users: bool, chosen: &[(usize, &[InstructionSet])]) {
        let all = Instructions::detected();
        for (count, sets) in chosen {
            let set = if users {
                all.for_users(algorithm, *count)
            } else {
                all.for_steps(algorithm, *count)
            };
            let best = sets.iter().find(|set| all.has(**set));
            assert_eq!(Some(&set), best, "{algorithm} {count}");
        }
    }

    #[test]
    fn few_are_left_to_what_is_fastest_for_few() {
        use InstructionSet::{Avx2, Avx512, Neon, Portable, ShaNi};
        let (one, few, many) = (
            [ShaNi, Portable].as_slice(),
            [ShaNi, Avx512, Avx2, Neon, Portable].as_slice(),
            [Avx512, Avx2, ShaNi, Neon, Portable].as_slice(),
        );
        holds(Algorithm::Sha1, true, &[(1, one), (2, few), (12, few), (13, many), (32, many)]);
        holds(Algorithm::Sha1, false, &[(1, one), (3, few), (9, few), (10, many)]);
        let many = [Avx512, ShaNi, Avx2, Neon, Portable].as_slice();
        holds(Algorithm::Sha256, true, &[(1, one), (2, few), (24, few), (25, many)]);
        holds(Algorithm::Sha256, false, &[(1, one), (3, few), (15, few), (16, many)]);
        let (one, many) = ([Portable].as_slice(), [Avx512, Avx2, Neon, Portable].as_slice());
        holds(Algorithm::Sha512, true, &[(1, one), (2, many), (32, many)]);
        holds(Algorithm::Sha512, false, &[(1, one), (3, many)]);
    }
}
