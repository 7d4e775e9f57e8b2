//! What is known to be wrong: failures that must still happen, tests that come and go, scenarios
//! that do not apply. A list that no longer says how things are is itself a failure.
//!
//! Reading and writing files is not done here, and neither is asking what day it is.

use super::{Played, Run, Ticket};
use crate::conformance::{Finding, Level, Verdict, requirement};
use crate::domain::{Day, Pattern};
use serde::{Deserialize, Serialize};
use std::fmt;

mod list;

pub use list::{NotExpectations, read, without, written};

/// The lists of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expectations {
    /// What the file is called, for messages.
    pub file: String,
    /// All entries, in the order of the file.
    pub entries: Vec<Expected>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// On which list.
    pub list: List,
    /// The line it begins in, from 1.
    pub line: usize,
    /// What it says.
    pub clause: Clause,
}

/// The three lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum List {
    /// Played, and must fail.
    KnownFailures,
    /// Played, and may pass or fail.
    Flaky,
    /// Not played.
    NotApplicable,
}

impl List {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::KnownFailures, Self::Flaky, Self::NotApplicable];

    /// Its key in the file.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::KnownFailures => "known_failures",
            Self::Flaky => "flaky",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// Which scenarios.
    pub scenario: Pattern,
    /// Which requirement is broken there; without one, whatever makes the scenario fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<String>,
    /// Why.
    pub reason: String,
    /// Where it is followed up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// The last day on which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
}

/// What the lists say about one verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// How verdict and list go together.
    pub kind: KnownKind,
    /// The entry's reason.
    pub reason: String,
    /// The entry's issue.
    pub issue: Option<String>,
}

/// How a verdict and the lists go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownKind {
    /// It failed as listed.
    Failure,
    /// It is listed to fail and did not: the list is stale.
    UnexpectedPass,
    /// It comes and goes; this time it failed.
    FlakyFailure,
    /// It comes and goes; this time it passed.
    FlakyPass,
    /// It was not played.
    NotApplicable,
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            KnownKind::Failure => "KNOWN FAILURE",
            KnownKind::UnexpectedPass => "STALE EXPECTATION",
            KnownKind::FlakyFailure | KnownKind::FlakyPass => "FLAKY",
            KnownKind::NotApplicable => "NOT APPLICABLE",
        })?;
        if let Some(issue) = &self.issue {
            write!(f, " {issue}")?;
        }
        match self.kind {
            KnownKind::UnexpectedPass => write!(f, " it passes, and is listed to fail: ")?,
            KnownKind::Failure
            | KnownKind::FlakyFailure
            | KnownKind::FlakyPass
            | KnownKind::NotApplicable => write!(f, ": ")?,
        }
        f.write_str(&self.reason)
    }
}

impl Played {
    /// Whether it counts as a failure: it failed, and nobody said before that it would or might.
    #[must_use]
    pub fn is_news(&self) -> bool {
        let excused = |known: &Known| {
            matches!(known.kind, KnownKind::Failure | KnownKind::FlakyFailure)
        };
        self.verdict == Verdict::Fail && !self.known.as_ref().is_some_and(excused)
    }

    /// How verdict and lists go together, if a list names the scenario.
    #[must_use]
    pub fn known_kind(&self) -> Option<KnownKind> {
        self.known.as_ref().map(|known| known.kind)
    }
}

impl Expected {
    fn concerns(&self, id: &str) -> bool {
        self.clause.scenario.matches(id)
    }

    fn known(&self, kind: KnownKind) -> Known {
        let Clause { reason, issue, .. } = &self.clause;
        Known { kind, reason: reason.clone(), issue: issue.clone() }
    }

    fn is_over(&self, today: Day) -> bool {
        self.clause.until.is_some_and(|until| until < today)
    }
}

impl Expectations {
    /// Marks the tickets that are not to be played.
    pub fn excuse(&self, tickets: &mut [Ticket]) {
        for ticket in tickets {
            let entry = self.of(List::NotApplicable, &ticket.plan.id).next();
            ticket.not_applicable = entry.map(|entry| entry.clause.reason.clone());
        }
    }

    /// Says of every scenario of `run` what is known of it, and which entries are stale `today`.
    /// `catalogue` are the ids of all scenarios, played or not. Gives out the entries that can be
    /// taken off: those that name no scenario, and those that no longer fail in any.
    pub fn apply(&self, run: &mut Run, catalogue: &[String], today: Day) -> Vec<usize> {
        for played in &mut run.played {
            let known = self.known(played);
            played.known = known;
        }
        let mut idle = Vec::new();
        for (index, entry) in self.entries.iter().enumerate() {
            let matched = catalogue.iter().any(|id| entry.concerns(id));
            let passing = matched.then(|| passing(entry, &run.played)).unwrap_or_default();
            let at = format!("{}:{}", self.file, entry.line);
            let Clause { scenario, until, .. } = &entry.clause;
            if !matched {
                idle.push(index);
                run.stale.push(format!("{at}: `{scenario}` names no scenario"));
            } else if !passing.is_empty() {
                run.stale.push(format!("{at}: {} no longer fail", passing.join(", ")));
                let concerned = catalogue.iter().filter(|id| entry.concerns(id)).count();
                if concerned == passing.len() || entry.clause.requirement.is_some() {
                    idle.push(index);
                }
            } else if let Some(until) = until
                && entry.is_over(today)
            {
                run.stale.push(format!("{at}: `{scenario}` was to hold until {until}"));
            }
        }
        for played in &mut run.played {
            let stale = self.of(List::KnownFailures, &played.plan.id).find(|entry| {
                entry.clause.requirement.is_none() && has_passed(played)
            });
            if let Some(entry) = stale {
                played.known = Some(entry.known(KnownKind::UnexpectedPass));
            }
        }
        idle
    }

    fn of(&self, list: List, id: &str) -> impl Iterator<Item = &Expected> {
        self.entries.iter().filter(move |entry| entry.list == list && entry.concerns(id))
    }

    fn known(&self, played: &Played) -> Option<Known> {
        let id = &played.plan.id;
        if played.verdict == Verdict::Skipped && played.entries.is_empty() {
            let entry = self.of(List::NotApplicable, id).next()?;
            return Some(entry.known(KnownKind::NotApplicable));
        }
        if played.verdict == Verdict::Fail {
            let known = self.covering(List::KnownFailures, played);
            let known = known.map(|entry| entry.known(KnownKind::Failure));
            let flaky = || self.covering(List::Flaky, played);
            return known.or_else(|| Some(flaky()?.known(KnownKind::FlakyFailure)));
        }
        let flaky = self.of(List::Flaky, id).next().filter(|_| has_passed(played))?;
        Some(flaky.known(KnownKind::FlakyPass))
    }

    /// The entry by which this failure was to be expected, if all of it was.
    ///
    /// An entry without a requirement covers all that can fail in its scenarios. Entries with one
    /// must between them name every MUST that is broken; an expectation that was missed besides is
    /// taken for its consequence, because a scenario expects what the requirement demands.
    fn covering(&self, list: List, played: &Played) -> Option<&Expected> {
        let id = &played.plan.id;
        if let Some(whole) = self.of(list, id).find(|entry| entry.clause.requirement.is_none()) {
            return Some(whole);
        }
        let broken = broken(played, Level::Must);
        let naming = |rule: &&str| {
            self.of(list, id).find(|entry| entry.clause.requirement.as_deref() == Some(rule))
        };
        broken.iter().all(|rule| naming(rule).is_some()).then_some(())?;
        broken.iter().find_map(naming)
    }
}

/// The ids of the played scenarios in which what `entry` lists to fail does not.
fn passing(entry: &Expected, played: &[Played]) -> Vec<String> {
    if entry.list != List::KnownFailures {
        return Vec::new();
    }
    let concerned: Vec<&Played> =
        played.iter().filter(|played| entry.concerns(&played.plan.id)).collect();
    let ids = |of: &dyn Fn(&&&Played) -> bool| -> Vec<String> {
        concerned.iter().filter(of).map(|played| played.plan.id.clone()).collect()
    };
    match &entry.clause.requirement {
        None => ids(&|played| has_passed(played)),
        Some(rule) => {
            let found = |played: &Played, wanted: fn(&Finding) -> bool| {
                let of_rule = |id: &str| id == rule;
                let mut all = played.judgements.iter();
                all.any(|one| of_rule(one.requirement.id) && wanted(&one.finding))
            };
            let is_broken = |finding: &Finding| matches!(finding, Finding::Broken { .. });
            let is_kept = |finding: &Finding| matches!(finding, Finding::Kept { .. });
            // One scenario that still shows it is enough: the others may have other ways.
            if concerned.iter().any(|played| found(played, is_broken)) {
                return Vec::new();
            }
            ids(&|played| found(played, is_kept))
        }
    }
}

fn has_passed(played: &Played) -> bool {
    matches!(played.verdict, Verdict::Pass | Verdict::Weak)
}

/// The requirements of this level that are broken in `played`.
fn broken(played: &Played, level: Level) -> Vec<&'static str> {
    let judgements = played.judgements.iter().filter(|one| one.requirement.level == level);
    let broken = judgements.filter(|one| matches!(one.finding, Finding::Broken { .. }));
    broken.map(|one| one.requirement.id).collect()
}

/// Entries for all that fails in `run`: one for each broken MUST, or one for the whole scenario
/// where only its own expectation was missed. What is known already keeps its reason.
#[must_use]
pub fn of_failures(run: &Run) -> Vec<Clause> {
    let mut clauses = Vec::new();
    for played in run.played.iter().filter(|played| played.verdict == Verdict::Fail) {
        let rules = broken(played, Level::Must);
        let reason = |rule: Option<&str>| match (&played.known, rule.and_then(requirement)) {
            (Some(known), _) => known.reason.clone(),
            (None, Some(rule)) => format!("broken when this list was written: {}", rule.text),
            (None, None) => "its expectation was missed when this list was written".to_owned(),
        };
        let clause = |rule: Option<&str>| Clause {
            scenario: Pattern::new(played.plan.id.clone()),
            requirement: rule.map(str::to_owned),
            reason: reason(rule),
            issue: played.known.as_ref().and_then(|known| known.issue.clone()),
            until: None,
        };
        if rules.is_empty() {
            clauses.push(clause(None));
        }
        clauses.extend(rules.into_iter().map(|rule| clause(Some(rule))));
    }
    clauses
}
