//! What changed from one run to another: compared scenario by scenario and rule by rule.

use super::{Played, Run};
use crate::conformance::{Finding, Verdict};
use crate::journal::{EntryId, Event, Expectation};
use serde::Serialize;
use std::collections::BTreeMap;

/// All that changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Rules that are broken now and were not, or not in this scenario.
    pub newly_broken: Vec<Change>,
    /// Rules that were broken and are not any more, in scenarios that could still show it.
    pub fixed: Vec<Change>,
    /// Rules that are broken as before, but in another way.
    pub changed: Vec<Change>,
    /// Scenarios with another verdict.
    pub verdicts: Vec<Turn>,
    /// Scenarios that only the new run has.
    pub added: Vec<String>,
    /// Scenarios that only the old run has.
    pub removed: Vec<String>,
}

/// One rule in one scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The scenario.
    pub scenario: String,
    /// The requirement's id, or `expectation` for the scenario's own.
    pub rule: String,
    /// How it was broken before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Breach>,
    /// How it is broken now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Breach>,
}

/// How a rule is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Breach {
    /// What should have happened.
    pub expected: String,
    /// What happened.
    pub observed: String,
    /// The entries that prove it.
    pub evidence: Vec<EntryId>,
}

/// A scenario with another verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Turn {
    /// The scenario.
    pub scenario: String,
    /// Its verdict before.
    pub before: Verdict,
    /// Its verdict now.
    pub now: Verdict,
}

impl Difference {
    /// What changed from `old` to `new`. Both must have been judged by the same profiles.
    #[must_use]
    pub fn between(old: &Run, new: &Run) -> Self {
        let mut found = Self::default();
        let before: BTreeMap<&str, &Played> = by_id(old);
        let now: BTreeMap<&str, &Played> = by_id(new);
        for played in &new.played {
            let id = played.plan.id.as_str();
            let earlier = before.get(id).copied();
            if earlier.is_none() {
                found.added.push(id.to_owned());
            }
            found.compare(earlier, played);
        }
        let gone = old.played.iter().map(|played| &played.plan.id);
        found.removed = gone.filter(|id| !now.contains_key(id.as_str())).cloned().collect();
        found
    }

    /// Whether something is broken that was not: a rule, or a whole scenario.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        !self.newly_broken.is_empty() || self.verdicts.iter().any(|turn| turn.now == Verdict::Fail)
    }

    /// Whether nothing changed at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn compare(&mut self, old: Option<&Played>, new: &Played) {
        let id = &new.plan.id;
        let mut earlier = old.map(breaches).unwrap_or_default();
        let change = |rule, before, now| Change { scenario: id.clone(), rule, before, now };
        for (rule, breach) in breaches(new) {
            match earlier.remove(&rule) {
                None => self.newly_broken.push(change(rule, None, Some(breach))),
                Some(before) if before != breach => {
                    self.changed.push(change(rule, Some(before), Some(breach)));
                }
                Some(_) => {}
            }
        }
        // A scenario that was not played to its end shows nothing: what was broken may still be.
        if matches!(new.verdict, Verdict::Pass | Verdict::Weak | Verdict::Fail) {
            let fixed = earlier.into_iter().filter(|(rule, _)| is_shown(new, rule));
            self.fixed.extend(fixed.map(|(rule, before)| change(rule, Some(before), None)));
        }
        if let Some(old) = old
            && old.verdict != new.verdict
        {
            let (before, now) = (old.verdict, new.verdict);
            self.verdicts.push(Turn { scenario: id.clone(), before, now });
        }
    }
}

fn by_id(run: &Run) -> BTreeMap<&str, &Played> {
    run.played.iter().map(|played| (played.plan.id.as_str(), played)).collect()
}

/// Whether the scenario puts `rule` to the test.
fn is_shown(played: &Played, rule: &str) -> bool {
    let mut judgements = played.judgements.iter();
    match judgements.find(|judgement| judgement.requirement.id == rule) {
        Some(judgement) => judgement.finding != Finding::Untested,
        None => rule == EXPECTATION,
    }
}

/// What stands for a scenario's own expectation where a rule has an id.
const EXPECTATION: &str = "expectation";

/// Everything that is broken in a scenario, by rule.
fn breaches(played: &Played) -> BTreeMap<String, Breach> {
    let mut breaches = BTreeMap::new();
    for judgement in &played.judgements {
        if let Finding::Broken { expected, observed, evidence } = &judgement.finding {
            let (expected, observed) = (expected.clone(), observed.clone());
            let breach = Breach { expected, observed, evidence: evidence.clone() };
            breaches.insert(judgement.requirement.id.to_owned(), breach);
        }
    }
    for entry in &played.entries {
        if let Event::Compared { outcome: Expectation::Missed, expected, observed } = &entry.event {
            let (expected, observed) = (expected.clone(), observed.clone());
            let breach = Breach { expected, observed, evidence: vec![entry.id] };
            breaches.insert(EXPECTATION.to_owned(), breach);
        }
    }
    breaches
}
