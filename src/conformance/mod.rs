//! What is owed: cited requirements, the judges that decide them, and profiles that choose them.
//!
//! A judge is a pure function over the entries of one scenario. It sees nothing else, so a saved
//! journal can be judged again, offline, years later. Every requirement is judged in every
//! scenario: a code that leaks into the wrong channel is found wherever it happens to show.

use crate::domain::Role;
use crate::journal::{Entry, EntryId};
use serde::{Deserialize, Serialize};
use std::fmt;

mod evidence;
pub mod profile;
pub mod rules;
#[cfg(test)]
mod staged;
mod story;
mod verdict;
pub mod walkthrough;

pub use evidence::EVIDENCE_NEEDED;
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
    /// How well we know what the source says.
    pub reading: Reading,
    /// The profiles it belongs to, by name; profiles that contain one of these have it too.
    pub profiles: &'static [&'static str],
    /// Ids of requirements that cannot be kept together with this one.
    pub conflicts_with: &'static [&'static str],
    /// The CWE number of the weakness that breaking it is; none if it is no weakness.
    pub weakness: Option<u16>,
}

impl Requirement {
    /// What most requirements have in common, for `..Requirement::PLAIN`.
    pub(crate) const PLAIN: Self = Self {
        id: "",
        level: Level::Must,
        source: "",
        clause: "",
        text: "",
        judge: |_| Finding::Untested,
        reading: Reading::Text,
        profiles: &["guide"],
        conflicts_with: &[],
        weakness: None,
    };

    /// Whom it binds.
    #[must_use]
    pub fn role(&self) -> Role {
        match self.profiles {
            ["otp-library"] => Role::Library,
            ["authenticator-app"] => Role::Token,
            _ => Role::Server,
        }
    }

    /// Source, clause and, where we did not read the final text, that we did not.
    #[must_use]
    pub fn citation(&self) -> String {
        cite(self.source, self.clause, self.reading)
    }
}

/// A requirement that no black box can decide: what it wants, and what would show that it is kept.
pub struct EvidenceNeeded {
    /// For ever, as a requirement's.
    pub id: &'static str,
    /// How strongly its source wants it.
    pub level: Level,
    /// The document.
    pub source: &'static str,
    /// The section or article.
    pub clause: &'static str,
    /// The rule in our words, one sentence.
    pub text: &'static str,
    /// What an implementer would hand in.
    pub evidence: &'static str,
    /// How well we know what the source says.
    pub reading: Reading,
    /// The profiles it belongs to, by name.
    pub profiles: &'static [&'static str],
}

impl EvidenceNeeded {
    /// Source, clause and, where we did not read the final text, that we did not.
    #[must_use]
    pub fn citation(&self) -> String {
        cite(self.source, self.clause, self.reading)
    }
}

fn cite(source: &str, clause: &str, reading: Reading) -> String {
    match reading.doubt() {
        Some(doubt) => format!("{source} {clause} ({doubt})"),
        None => format!("{source} {clause}"),
    }
}

/// How a source was read, so that nobody takes a clause for more than it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The text itself.
    Text,
    /// A draft of it; the final wording may differ a little.
    Draft,
    /// Quotations of it by others.
    Excerpt,
    /// Nothing now: section and strength are from memory, unverified.
    Memory,
    /// There is no norm: it follows from what the thing is for.
    Own,
}

impl Reading {
    /// What a reader of a report must know about it.
    #[must_use]
    pub fn doubt(self) -> Option<&'static str> {
        match self {
            Self::Text | Self::Own => None,
            Self::Draft => Some("read as a public draft"),
            Self::Excerpt => Some("read in quotations"),
            Self::Memory => Some("unverified"),
        }
    }
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
