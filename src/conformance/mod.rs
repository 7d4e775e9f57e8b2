//! What is owed: cited requirements, the judges that decide them, and profiles that choose them.
//!
//! A judge is a pure function over the entries of one scenario. It sees nothing else, so a saved
//! journal can be judged again, offline, years later. Every requirement is judged in every
//! scenario: a code that leaks into the wrong channel is found wherever it happens to show.

use crate::journal::{Entry, EntryId};
use serde::{Deserialize, Serialize};
use std::fmt;

pub mod profile;
pub mod rules;
#[cfg(test)]
mod staged;
mod story;
mod verdict;

pub use profile::Profile;
pub use rules::REQUIREMENTS;
pub use verdict::verdict;

/// A cited rule and its judge.
pub struct Requirement {
    /// For ever: `family.short-name`, never renumbered, never reused.
    pub id: &'static str,
    /// How strongly its source wants it.
    pub level: Level,
    /// The document.
    pub source: &'static str,
    /// The section or article.
    pub clause: &'static str,
    /// The rule in our words, one sentence.
    pub text: &'static str,
    /// Decides it for one scenario.
    pub judge: fn(&[Entry]) -> Finding,
}

/// The strength of a requirement, as RFC 2119 grades it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// MUST, SHALL, or a sentence that leaves no choice: broken is a failure.
    Must,
    /// SHOULD, RECOMMENDED: broken is a weak pass.
    Should,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
        })
    }
}

/// What a judge decided about one scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// The scenario put it to the test, and it held.
    Kept {
        /// The entries that show it.
        evidence: Vec<EntryId>,
    },
    /// It did not hold.
    Broken {
        /// What the rule demands here.
        expected: String,
        /// What happened instead.
        observed: String,
        /// The entries that prove it; never empty.
        evidence: Vec<EntryId>,
    },
    /// The scenario did not put it to the test.
    Untested,
}

/// A requirement with what was decided about it in one scenario.
#[derive(Clone)]
pub struct Judgement {
    /// The requirement.
    pub requirement: &'static Requirement,
    /// What was decided.
    pub finding: Finding,
}

/// How one scenario came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything as expected, nothing broken.
    Pass,
    /// Nothing broken that must be kept, but a SHOULD, or another reason for a refusal than expected.
    Weak,
    /// The subject lacks a feature that the scenario needs.
    Skipped,
    /// We could not ask, or could not understand: nobody is blamed.
    Inconclusive,
    /// The subject broke a MUST, or did not do what the scenario expects.
    Fail,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "pass",
            Self::Weak => "weak",
            Self::Skipped => "skipped",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
        })
    }
}

/// The requirement called `id`.
#[must_use]
pub fn requirement(id: &str) -> Option<&'static Requirement> {
    REQUIREMENTS.iter().copied().find(|requirement| requirement.id == id)
}

/// Judges every requirement of `profile` over the entries of one scenario.
#[must_use]
pub fn judge(entries: &[Entry], profile: &Profile) -> Vec<Judgement> {
    profile
        .requirements()
        .map(|requirement| Judgement { requirement, finding: (requirement.judge)(entries) })
        .collect()
}
