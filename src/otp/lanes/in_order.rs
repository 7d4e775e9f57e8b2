//! Users who are verified all together, in one order.

use super::block::{Block, NONE, Question, USERS};
use super::check::Check;
use super::codes::{Codes, NEVER};
use super::engine;
use super::function::Function;
use super::instructions::Instructions;
use super::matches::Matches;
use super::prefetch::prefetch;
use super::sha1::Sha1;
use super::sha2::{Sha256, Sha512};
use super::steps::{Schedules, Steps};
use super::unfit::Unfit;
use crate::otp::{Algorithm, Key};
use std::fmt;

/// The key states of users who are verified all together and always in the same order: they lie as
/// vector registers load them.
///
/// It is as good as the keys, so it is wiped when dropped, and never printed. A user takes 40 bytes
/// with SHA-1, 64 with SHA-256, 128 with SHA-512.
#[derive(Clone)]
pub struct InOrder {
    count: usize,
    blocks: Blocks,
}

#[derive(Clone)]
enum Blocks {
    Sha1(Vec<Block<u32, 5>>),
    Sha256(Vec<Block<u32, 8>>),
    Sha512(Vec<Block<u64, 8>>),
}

impl InOrder {
    /// Keeps the state of each of `keys`, of any length (longer than a block they are hashed,
    /// RFC 2104 §2).
    pub fn new<'a>(
        algorithm: Algorithm,
        keys: impl IntoIterator<Item = &'a Key, IntoIter: ExactSizeIterator>,
    ) -> Self {
        let keys = keys.into_iter();
        let count = keys.len();
        let blocks = match algorithm {
            Algorithm::Sha1 => Blocks::Sha1(blocks::<Sha1, 5>(keys)),
            Algorithm::Sha256 => Blocks::Sha256(blocks::<Sha256, 8>(keys)),
            Algorithm::Sha512 => Blocks::Sha512(blocks::<Sha512, 8>(keys)),
        };
        Self { count, blocks }
    }

    /// How many users there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no user.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The hash function that the keys were kept for.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.blocks {
            Blocks::Sha1(_) => Algorithm::Sha1,
            Blocks::Sha256(_) => Algorithm::Sha256,
            Blocks::Sha512(_) => Algorithm::Sha512,
        }
    }

    /// Which of `codes`, one for each user in their order, belong to one of `steps`.
    ///
    /// Every step is tried for every user and compared as a number, whatever matches: neither the
    /// time nor the memory that is touched tells anything about keys or codes. Refused are codes of
    /// more or fewer users, and steps for another hash function.
    pub fn verify(
        &self,
        codes: &Codes,
        steps: &Steps,
        with: Instructions,
    ) -> Result<Matches, Unfit> {
        if codes.len() != self.count {
            return Err(Unfit::Count { users: self.count, codes: codes.len() });
        }
        let mut matches = Matches::with_capacity(steps.first(), self.count);
        match (&self.blocks, &steps.schedules) {
            (Blocks::Sha1(blocks), Schedules::Sha1(schedules)) => {
                verify::<Sha1, 5>(blocks, schedules, codes, with, &mut matches);
            }
            (Blocks::Sha256(blocks), Schedules::Sha256(schedules)) => {
                verify::<Sha256, 8>(blocks, schedules, codes, with, &mut matches);
            }
            (Blocks::Sha512(blocks), Schedules::Sha512(schedules)) => {
                verify::<Sha512, 8>(blocks, schedules, codes, with, &mut matches);
            }
            _ => {
                let (keys, steps) = (self.algorithm(), steps.algorithm());
                return Err(Unfit::Algorithm { keys, steps });
            }
        }
        Ok(matches)
    }
}

impl fmt::Debug for InOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InOrder")
            .field("algorithm", &self.algorithm())
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// The blocks of `keys`, which must be as many as they say. Their vector never grows, so no copy of
/// them is left behind.
#[expect(clippy::expect_used, reason = "see above")]
fn blocks<'a, F: Function<N>, const N: usize>(
    mut keys: impl ExactSizeIterator<Item = &'a Key>,
) -> Vec<Block<F::Word, N>> {
    let mut blocks = Vec::with_capacity(keys.len().div_ceil(USERS));
    let mut left = keys.len();
    while left > 0 {
        let mut block = Block::empty();
        for place in 0..left.min(USERS) {
            // A place without a key would have a state that anybody knows.
            let key = keys.next().expect("an iterator has as many items as it says");
            block.put(place, &F::keyed(key.bytes()));
        }
        left -= left.min(USERS);
        blocks.push(block);
    }
    blocks
}

fn verify<F: Function<N>, const N: usize>(
    blocks: &[Block<F::Word, N>],
    schedules: &[F::Schedule],
    codes: &Codes,
    with: Instructions,
    matches: &mut Matches,
) {
    let check = Check::of(codes.digits());
    let mut found = [NONE; USERS];
    let mut ahead = blocks.iter().skip(1);
    for (block, numbers) in blocks.iter().zip(codes.numbers().chunks(USERS)) {
        // The next block comes from memory while this one is computed.
        if let Some(next) = ahead.next() {
            prefetch(next);
        }
        let users = numbers.len();
        let mut wanted = [NEVER; USERS];
        wanted[..users].copy_from_slice(numbers);
        let question = Question { block, wanted: &wanted, users, schedules, check };
        engine::users::<F, N>(with, &question, &mut found);
        matches.push(&found, users);
    }
}
