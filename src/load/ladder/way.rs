//! The ways to verify codes that are compared.

use crate::otp::lanes::{ByIndex, Codes, InOrder, InstructionSet, Instructions, Steps};
use crate::otp::{Algorithm, Digits, Key, truncate};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Serialize, Serializer};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use std::fmt;

/// A way to verify codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// All users together, states kept, by one instruction set.
    Batch(InstructionSet),
    /// One user after the other, states and steps kept, by whatever is best.
    OneAtATime,
    /// One HMAC is kept for each user, and cloned for each candidate.
    Cloned,
    /// An HMAC is keyed for each candidate, as OTP libraries do it.
    KeyedAnew,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Batch(set) => write!(f, "batch, {set}"),
            Self::OneAtATime => f.write_str("one at a time"),
            Self::Cloned => f.write_str("HMAC kept and cloned for each candidate"),
            Self::KeyedAnew => f.write_str("HMAC keyed anew for each candidate"),
        }
    }
}

impl Serialize for Way {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What all ways work on.
pub(super) struct Shared<'a> {
    pub(super) keys: &'a [Key],
    pub(super) in_order: &'a InOrder,
    pub(super) steps: &'a Steps,
    /// What each user entered.
    pub(super) entered: &'a [String],
    pub(super) digits: Digits,
    pub(super) with: Instructions,
}

/// A way, ready to run.
pub(super) struct Contender<'a> {
    pub(super) way: Way,
    run: Run<'a>,
}

enum Run<'a> {
    Batch { in_order: &'a InOrder, codes: Codes, steps: &'a Steps, with: Instructions },
    Each { users: usize, verify: Box<dyn Fn(usize) -> Option<u64> + 'a> },
}

impl Contender<'_> {
    /// Verifies all codes; how many are right.
    pub(super) fn count(&self) -> usize {
        match &self.run {
            Run::Batch { in_order, codes, steps, with } => {
                in_order.verify(codes, steps, *with).map_or(0, |matches| matches.count())
            }
            Run::Each { users, verify } => (0..*users).filter_map(verify).count(),
        }
    }

    /// Verifies all codes; the counter of each.
    pub(super) fn found(&self) -> Vec<Option<u64>> {
        match &self.run {
            Run::Batch { in_order, codes, steps, with } => {
                let matches = in_order.verify(codes, steps, *with);
                matches.map_or_else(|_| Vec::new(), |matches| matches.steps().collect())
            }
            Run::Each { users, verify } => (0..*users).map(verify).collect(),
        }
    }
}

/// The ways that this machine has.
pub(super) fn contenders<'a>(shared: &Shared<'a>) -> Vec<Contender<'a>> {
    let algorithm = shared.in_order.algorithm();
    let mut contenders = Vec::new();
    for set in InstructionSet::ALL {
        let with = shared.with.only(set);
        // What an instruction set does not know is left to another.
        let with = with.filter(|with| with.for_users(algorithm, usize::MAX) == set);
        contenders.extend(with.map(|with| batch(shared, set, with)));
    }
    contenders.push(one_at_a_time(shared));
    let [cloned, anew] = match algorithm {
        Algorithm::Sha1 => general::<Hmac<Sha1>>(shared),
        Algorithm::Sha256 => general::<Hmac<Sha256>>(shared),
        Algorithm::Sha512 => general::<Hmac<Sha512>>(shared),
    };
    contenders.extend([cloned, anew]);
    contenders
}

fn batch<'a>(shared: &Shared<'a>, set: InstructionSet, with: Instructions) -> Contender<'a> {
    let mut codes = Codes::with_capacity(shared.digits, shared.entered.len());
    shared.entered.iter().for_each(|entered| codes.push(entered));
    let (in_order, steps) = (shared.in_order, shared.steps);
    Contender { way: Way::Batch(set), run: Run::Batch { in_order, codes, steps, with } }
}

fn one_at_a_time<'a>(shared: &Shared<'a>) -> Contender<'a> {
    let mut by_index = ByIndex::new(shared.in_order.algorithm());
    shared.keys.iter().for_each(|key| _ = by_index.push(key));
    let &Shared { entered, steps, digits, with, .. } = shared;
    let verify = move |user: usize| {
        let code = (entered[user].as_str(), digits);
        by_index.verify_one(user, code, steps, with).ok().flatten()
    };
    each(Way::OneAtATime, shared, verify)
}

/// With a general HMAC, as most write it: the comparison stops at the first match.
fn general<'a, M: Mac + KeyInit + Clone + 'a>(shared: &Shared<'a>) -> [Contender<'a>; 2] {
    let &Shared { keys, entered, steps, digits, .. } = shared;
    let counters = move || (steps.first()..).take(steps.len());
    let modulus = 10_u64.pow(digits.count().into());
    let code = move |mac: M, counter: u64| {
        let mac = mac.chain_update(counter.to_be_bytes()).finalize().into_bytes();
        u64::from(truncate(&mac)) % modulus
    };
    let keyed = |key: &Key| {
        #[expect(clippy::expect_used, reason = "RFC 2104 takes keys of every length")]
        let keyed = <M as KeyInit>::new_from_slice(key.bytes()).expect("any length will do");
        keyed
    };
    let kept: Vec<M> = keys.iter().map(keyed).collect();
    let cloned = move |user: usize| {
        let wanted: u64 = entered[user].parse().ok()?;
        counters().find(|counter| code(kept[user].clone(), *counter) == wanted)
    };
    let anew = move |user: usize| {
        let wanted: u64 = entered[user].parse().ok()?;
        counters().find(|counter| code(keyed(&keys[user]), *counter) == wanted)
    };
    [each(Way::Cloned, shared, cloned), each(Way::KeyedAnew, shared, anew)]
}

fn each<'a>(
    way: Way,
    shared: &Shared<'a>,
    verify: impl Fn(usize) -> Option<u64> + 'a,
) -> Contender<'a> {
    Contender { way, run: Run::Each { users: shared.keys.len(), verify: Box::new(verify) } }
}
