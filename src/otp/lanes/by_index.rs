//! Users who come in any order, as a server's do.

use super::block::{Block, NONE, OnLine, Question, USERS};
use super::check::Check;
use super::codes::{Codes, NEVER, number};
use super::engine;
use super::function::Function;
use super::instructions::Instructions;
use super::matches::Matches;
use super::prefetch::prefetch;
use super::sha1::Sha1;
use super::sha2::{Sha256, Sha512};
use super::single::Single;
use super::steps::{Schedules, Steps};
use super::unfit::Unfit;
use crate::otp::keyed::Halves;
use crate::otp::{Algorithm, Digits, Key};
use std::fmt;

/// The key states of users who are verified one at a time or in batches, in any order: each has
/// cache lines of its own.
///
/// It is as good as the keys, so it is wiped when dropped, and never printed. A user takes 64 bytes
/// with SHA-1 or SHA-256, 128 with SHA-512.
#[derive(Clone)]
pub struct ByIndex {
    kept: Kept,
}

#[derive(Clone)]
enum Kept {
    Sha1(Vec<OnLine<Halves<u32, 5>>>),
    Sha256(Vec<OnLine<Halves<u32, 8>>>),
    Sha512(Vec<OnLine<Halves<u64, 8>>>),
}

impl ByIndex {
    /// Nobody yet.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        let kept = match algorithm {
            Algorithm::Sha1 => Kept::Sha1(Vec::new()),
            Algorithm::Sha256 => Kept::Sha256(Vec::new()),
            Algorithm::Sha512 => Kept::Sha512(Vec::new()),
        };
        Self { kept }
    }

    /// How many users there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.kept {
            Kept::Sha1(kept) => kept.len(),
            Kept::Sha256(kept) => kept.len(),
            Kept::Sha512(kept) => kept.len(),
        }
    }

    /// Whether there is no user.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The hash function that the keys are kept for.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.kept {
            Kept::Sha1(_) => Algorithm::Sha1,
            Kept::Sha256(_) => Algorithm::Sha256,
            Kept::Sha512(_) => Algorithm::Sha512,
        }
    }

    /// Adds a user with `key`, of any length, and tells their number, counted from 0.
    pub fn push(&mut self, key: &Key) -> usize {
        match &mut self.kept {
            Kept::Sha1(kept) => push(kept, Sha1::keyed(key.bytes())),
            Kept::Sha256(kept) => push(kept, Sha256::keyed(key.bytes())),
            Kept::Sha512(kept) => push(kept, Sha512::keyed(key.bytes())),
        }
        self.len() - 1
    }

    /// Gives `user` a new key; the old state is wiped. A user whom there is not is refused.
    pub fn replace(&mut self, user: usize, key: &Key) -> Result<(), Unfit> {
        self.find(user)?;
        match &mut self.kept {
            Kept::Sha1(kept) => kept[user] = OnLine(Sha1::keyed(key.bytes())),
            Kept::Sha256(kept) => kept[user] = OnLine(Sha256::keyed(key.bytes())),
            Kept::Sha512(kept) => kept[user] = OnLine(Sha512::keyed(key.bytes())),
        }
        Ok(())
    }

    /// Which of `codes`, one for each of `users`, belong to one of `steps`. A user may be named
    /// more than once.
    ///
    /// Every step is tried for every user and compared as a number, whatever matches. Which users
    /// are asked about shows in the memory that is touched; nothing about their keys and codes
    /// does. Refused are more or fewer codes than users, users whom there are not, and steps for
    /// another hash function.
    pub fn verify(
        &self,
        users: &[usize],
        codes: &Codes,
        steps: &Steps,
        with: Instructions,
    ) -> Result<Matches, Unfit> {
        if codes.len() != users.len() {
            return Err(Unfit::Count { users: users.len(), codes: codes.len() });
        }
        users.iter().try_for_each(|user| self.find(*user))?;
        let mut matches = Matches::with_capacity(steps.first(), users.len());
        let work = Work { users, codes, with };
        match (&self.kept, &steps.schedules) {
            (Kept::Sha1(kept), Schedules::Sha1(schedules)) => {
                work.verify::<Sha1, 5>(kept, schedules, &mut matches);
            }
            (Kept::Sha256(kept), Schedules::Sha256(schedules)) => {
                work.verify::<Sha256, 8>(kept, schedules, &mut matches);
            }
            (Kept::Sha512(kept), Schedules::Sha512(schedules)) => {
                work.verify::<Sha512, 8>(kept, schedules, &mut matches);
            }
            _ => return Err(self.other_algorithm(steps)),
        }
        Ok(matches)
    }

    /// The lowest of `steps` whose code of `digits` digits for `user` is `candidate`.
    ///
    /// The same as a batch of one, and faster: the steps of the one user are computed side by side.
    /// Refused are a user whom there is not, and steps for another hash function.
    pub fn verify_one(
        &self,
        user: usize,
        (candidate, digits): (&str, Digits),
        steps: &Steps,
        with: Instructions,
    ) -> Result<Option<u64>, Unfit> {
        self.find(user)?;
        let single = Single { wanted: number(digits.read(candidate)), digits, with };
        match (&self.kept, &steps.schedules) {
            (Kept::Sha1(kept), Schedules::Sha1(schedules)) => {
                Ok(single.of_steps::<Sha1, 5>(&kept[user].0, steps.first(), schedules))
            }
            (Kept::Sha256(kept), Schedules::Sha256(schedules)) => {
                Ok(single.of_steps::<Sha256, 8>(&kept[user].0, steps.first(), schedules))
            }
            (Kept::Sha512(kept), Schedules::Sha512(schedules)) => {
                Ok(single.of_steps::<Sha512, 8>(&kept[user].0, steps.first(), schedules))
            }
            _ => Err(self.other_algorithm(steps)),
        }
    }

    fn find(&self, user: usize) -> Result<(), Unfit> {
        let users = self.len();
        if user < users { Ok(()) } else { Err(Unfit::User { user, users }) }
    }

    fn other_algorithm(&self, steps: &Steps) -> Unfit {
        Unfit::Algorithm { keys: self.algorithm(), steps: steps.algorithm() }
    }
}

impl fmt::Debug for ByIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByIndex")
            .field("algorithm", &self.algorithm())
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// Adds `halves`. Where there is no room, all move by cloning, so that the old places are wiped.
fn push<H: Clone>(kept: &mut Vec<OnLine<H>>, halves: H) {
    if kept.len() == kept.capacity() {
        let mut larger = Vec::with_capacity(2 * kept.len().max(32));
        larger.extend(kept.iter().cloned());
        *kept = larger;
    }
    kept.push(OnLine(halves));
}

struct Work<'a> {
    users: &'a [usize],
    codes: &'a Codes,
    with: Instructions,
}

impl Work<'_> {
    fn verify<F: Function<N>, const N: usize>(
        &self,
        kept: &[OnLine<Halves<F::Word, N>>],
        schedules: &[F::Schedule],
        matches: &mut Matches,
    ) {
        let check = Check::of(self.codes.digits());
        let mut block = Block::empty();
        let mut found = [NONE; USERS];
        let mut ahead = self.users.chunks(USERS).skip(1);
        for (users, numbers) in self.users.chunks(USERS).zip(self.codes.numbers().chunks(USERS)) {
            let mut wanted = [NEVER; USERS];
            wanted[..users.len()].copy_from_slice(numbers);
            for (place, user) in users.iter().enumerate() {
                block.put(place, &kept[*user].0);
            }
            // The next users come from memory while these are computed.
            for user in ahead.next().unwrap_or_default() {
                prefetch(&kept[*user]);
            }
            let question =
                Question { block: &block, wanted: &wanted, users: users.len(), schedules, check };
            engine::users::<F, N>(self.with, &question, &mut found);
            matches.push(&found, users.len());
        }
    }
}
