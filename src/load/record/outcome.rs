//! How verifications ended, by the kind of work they were.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The most distinct outcomes that are kept apart; what comes on top counts as "others".
pub const MOST_OUTCOMES: usize = 256;

/// What a verification was meant to be.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// A fresh right code: it must be accepted.
    #[default]
    Valid,
    /// A wrong code: it must be refused.
    Wrong,
    /// A right code for the second time: it must be refused.
    Replayed,
    /// A right code after its time: it must be refused.
    Expired,
    /// A right code of somebody whose account is locked: it must be refused.
    Locked,
}

impl fmt::Display for WorkKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Valid => "valid",
            Self::Wrong => "wrong",
            Self::Replayed => "replayed",
            Self::Expired => "expired",
            Self::Locked => "locked",
        })
    }
}

/// How a verification ended; what that means depends on what it was meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The subject signed the person in with two factors.
    Accepted,
    /// The subject refused the code.
    Refused,
    /// The subject answered something else than the step that follows, or refused an earlier step.
    Unexpected,
    /// There was no answer to judge.
    NoAnswer,
    /// Nothing was submitted: no fresh code, or the token gave none.
    NotTried,
}

/// What an outcome is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// A valid code was accepted.
    Succeeded,
    /// A code that must be refused was refused.
    AsItShould,
    /// A code that must be refused was accepted.
    AcceptedThough,
    /// Anything else.
    Failed,
}

/// One way in which verifications ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// What they were meant to be.
    pub work: WorkKind,
    /// How they ended.
    pub ended: Ended,
    /// In words, of a bounded set: `submit_code rejected: code_spent`; empty if there is no more to
    /// say. No secret and no name of a person.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// How many.
    pub count: u64,
}

impl Outcome {
    /// What it is worth.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match (self.work, self.ended) {
            (WorkKind::Valid, Ended::Accepted) => Standing::Succeeded,
            (WorkKind::Valid, Ended::Refused)
            | (_, Ended::Unexpected | Ended::NoAnswer | Ended::NotTried) => Standing::Failed,
            (_, Ended::Refused) => Standing::AsItShould,
            (_, Ended::Accepted) => Standing::AcceptedThough,
        }
    }
}

/// All ways in which verifications ended, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Outcome>", into = "Vec<Outcome>")]
pub struct Outcomes(BTreeMap<(WorkKind, Ended, String), u64>);

impl Outcomes {
    /// Counts `count` more that ended so.
    pub fn note(&mut self, work: WorkKind, ended: Ended, detail: &str, count: u64) {
        let mut key = (work, ended, detail.to_owned());
        if self.0.len() >= MOST_OUTCOMES && !self.0.contains_key(&key) {
            "others".clone_into(&mut key.2);
        }
        let counted = self.0.entry(key).or_default();
        *counted = counted.saturating_add(count);
    }

    /// Adds all that `other` has counted.
    pub fn add(&mut self, other: &Self) {
        for Outcome { work, ended, detail, count } in other.all() {
            self.note(work, ended, &detail, count);
        }
    }

    /// Each of them.
    pub fn all(&self) -> impl Iterator<Item = Outcome> {
        self.0.iter().map(|((work, ended, detail), count)| Outcome {
            work: *work,
            ended: *ended,
            detail: detail.clone(),
            count: *count,
        })
    }

    /// Those that are worth so much.
    pub fn of(&self, standing: Standing) -> impl Iterator<Item = Outcome> {
        self.all().filter(move |outcome| outcome.standing() == standing)
    }
}

impl From<Outcomes> for Vec<Outcome> {
    fn from(outcomes: Outcomes) -> Self {
        outcomes.all().collect()
    }
}

impl TryFrom<Vec<Outcome>> for Outcomes {
    type Error = String;

    fn try_from(listed: Vec<Outcome>) -> Result<Self, String> {
        // "others" of each work and end may come on top.
        if listed.len() > 2 * MOST_OUTCOMES {
            return Err(format!("more than {} outcomes", 2 * MOST_OUTCOMES));
        }
        let mut outcomes = BTreeMap::new();
        for Outcome { work, ended, detail, count } in listed {
            let twice = format!("the outcome `{work}, {detail}` stands twice");
            if outcomes.insert((work, ended, detail), count).is_some() {
                return Err(twice);
            }
        }
        Ok(Self(outcomes))
    }
}
