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
        let excused =
            |known: &Known| matches!(known.kind, KnownKind::Failure | KnownKind::FlakyFailure);
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
    /// `catalogue` are the ids of all scenarios, played or not, where they are known. Gives out the
    /// positions of the entries that can be taken off: those that name no scenario, and those that
    /// no longer fail in any.
    pub fn apply(&self, run: &mut Run, catalogue: Option<&[String]>, today: Day) -> Vec<usize> {
        for played in &mut run.played {
            played.known = self.known(played);
        }
        let mut idle = Vec::new();
        for (index, entry) in self.entries.iter().enumerate() {
            let Some(stale) = entry.stale(&run.played, catalogue, today) else { continue };
            let Clause { scenario, .. } = &entry.clause;
            let why = match stale {
                Stale::NamesNothing => {
                    idle.push(index);
                    format!("`{scenario}` names no scenario; see `fobwatch list`")
                }
                Stale::NoLongerFails { passing, share } => {
                    entry.mark(run, &passing);
                    if share == Share::All {
                        idle.push(index);
                    }
                    format!("listed to fail, and does not: {}", passing.join(", "))
                }
                Stale::Over(until) => format!("`{scenario}` was to hold until {until}"),
            };
            run.stale.push(format!("{}:{}: {why}", self.file, entry.line));
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

/// Why an entry no longer says how things are.
enum Stale {
    /// There is no such scenario.
    NamesNothing,
    /// What it lists to fail does not.
    NoLongerFails {
        /// In these scenarios.
        passing: Vec<String>,
        /// Whether those are all it names.
        share: Share,
    },
    /// Its time is over.
    Over(Day),
}

/// How much of what an entry names.
#[derive(PartialEq, Eq)]
enum Share {
    All,
    Some,
}

impl Expected {
    fn stale(&self, played: &[Played], catalogue: Option<&[String]>, today: Day) -> Option<Stale> {
        let named: Option<Vec<&String>> =
            catalogue.map(|ids| ids.iter().filter(|id| self.concerns(id.as_str())).collect());
        if named.as_ref().is_some_and(Vec::is_empty) {
            return Some(Stale::NamesNothing);
        }
        let concerned: Vec<&Played> =
            played.iter().filter(|played| self.concerns(&played.plan.id)).collect();
        let settled = concerned.iter().filter(|played| is_settled(played)).count();
        let all = named.map_or(concerned.len(), |named| named.len());
        let passing = self.passing(&concerned, settled == all);
        if !passing.is_empty() {
            let share = if passing.len() == all || self.clause.requirement.is_some() {
                Share::All
            } else {
                Share::Some
            };
            return Some(Stale::NoLongerFails { passing, share });
        }
        self.clause.until.filter(|_| self.is_over(today)).map(Stale::Over)
    }

    /// The ids of the scenarios in which what is listed to fail does not. With a requirement, one
    /// scenario that still breaks it is enough for all, so that nothing can be said before all
    /// that the entry names have come to a verdict.
    fn passing(&self, concerned: &[&Played], all_settled: bool) -> Vec<String> {
        let ids = |of: &dyn Fn(&Played) -> bool| -> Vec<String> {
            let these = concerned.iter().filter(|played| of(played));
            these.map(|played| played.plan.id.clone()).collect()
        };
        match (self.list, &self.clause.requirement) {
            (List::Flaky | List::NotApplicable, _) => Vec::new(),
            (List::KnownFailures, None) => ids(&has_passed),
            (List::KnownFailures, Some(rule)) => {
                let is_broken = |played: &&Played| {
                    finding(played, rule).is_some_and(|one| matches!(one, Finding::Broken { .. }))
                };
                if !all_settled || concerned.iter().any(is_broken) {
                    return Vec::new();
                }
                ids(&|played| matches!(finding(played, rule), Some(Finding::Kept { .. })))
            }
        }
    }

    fn mark(&self, run: &mut Run, passing: &[String]) {
        for played in &mut run.played {
            if has_passed(played) && passing.contains(&played.plan.id) {
                played.known = Some(self.known(KnownKind::UnexpectedPass));
            }
        }
    }
}

fn finding<'a>(played: &'a Played, rule: &str) -> Option<&'a Finding> {
    let mut judgements = played.judgements.iter();
    judgements.find(|one| one.requirement.id == rule).map(|one| &one.finding)
}

fn is_settled(played: &Played) -> bool {
    matches!(played.verdict, Verdict::Pass | Verdict::Weak | Verdict::Fail)
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
