//! A played scenario as the readers of test results see it: one case with a name that never
//! changes, a headline, a text, a place, and how far its steps came.

use super::trouble::{self, Trouble};
use super::wording::{clipped, one_line, printable};
use crate::conformance::{Finding, Requirement, Verdict};
use crate::journal::Step;
use crate::journal::{Entry, Event, Expectation};
use crate::runner::expectations::KnownKind;
use crate::runner::{Played, Run};
use std::time::Duration;

/// The longest text of a case. Jenkins keeps 100,000 characters of a failing case and cuts the
/// middle out of more.
const LONGEST_TEXT: usize = 90_000;

/// A scenario with everything that is told of it.
pub(super) struct Case<'a> {
    pub(super) played: &'a Played,
    pub(super) troubles: Vec<Trouble>,
    replay: String,
}

/// What a reader has to do about a case: its verdict in the light of what was known before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing, or to read a remark.
    Passed,
    /// To mend the subject.
    Failed,
    /// Nothing new: it is listed to fail.
    KnownFailure,
    /// To mend the list: it is listed to fail, and does not.
    Stale,
    /// To look at it one day: it failed, and is listed to come and go.
    Flaky,
    /// To find out why nothing can be said.
    Undecided,
    /// Nothing: it was not for this subject.
    Skipped,
}

impl Outcome {
    pub(super) fn of(played: &Played) -> Self {
        match (played.verdict, played.known_kind()) {
            (Verdict::Pass | Verdict::Weak, Some(KnownKind::UnexpectedPass)) => Self::Stale,
            (Verdict::Pass | Verdict::Weak, _) => Self::Passed,
            (Verdict::Fail, Some(KnownKind::Failure)) => Self::KnownFailure,
            (Verdict::Fail, Some(KnownKind::FlakyFailure)) => Self::Flaky,
            (Verdict::Fail, _) => Self::Failed,
            (Verdict::Inconclusive, _) => Self::Undecided,
            (Verdict::Skipped, _) => Self::Skipped,
        }
    }
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// It was done, and what was expected of it came.
    Done,
    /// Something else came.
    Missed,
    /// Nothing came that could be understood.
    Unanswered,
    /// The scenario ended before it.
    NotReached,
}

/// Every scenario of the run, in the order of the catalogue.
pub(super) fn cases(run: &Run) -> impl Iterator<Item = Case<'_>> {
    run.played.iter().map(|played| Case {
        played,
        troubles: trouble::troubles(run, played),
        replay: trouble::replay(run, played),
    })
}

impl<'a> Case<'a> {
    /// The folder of the scenario: the suite of the case.
    pub(super) fn folder(&self) -> &'a str {
        self.file_id().rsplit_once('/').map_or("scenarios", |(folder, _)| folder)
    }

    /// The id without the variation: what all variations of one file share.
    pub(super) fn file_id(&self) -> &'a str {
        let plan = &self.played.plan;
        plan.id.strip_suffix(&plan.variation).unwrap_or(&plan.id)
    }

    /// The suite in the dotted form of a class name.
    pub(super) fn class(&self) -> String {
        format!("fobwatch.{}", one_line(self.folder()).replace('/', "."))
    }

    /// Id and title: nothing in it changes from run to run.
    pub(super) fn name(&self) -> String {
        one_line(&format!("{} {}", self.played.plan.id, self.played.plan.title))
    }

    /// One line that says why the case is no plain pass.
    pub(super) fn message(&self) -> Option<String> {
        let remark = self.played.remark.clone();
        let trouble = self.troubles.first().map(Trouble::headline);
        let verdict = self.played.verdict;
        if let Some(known) = &self.played.known
            && known.kind != KnownKind::FlakyPass
        {
            return Some(one_line(&known.to_string()));
        }
        let said = match verdict {
            Verdict::Pass => return None,
            Verdict::Weak => format!("WEAK {}", trouble.unwrap_or_default()),
            Verdict::Fail => trouble.or(remark).unwrap_or_else(|| verdict.to_string()),
            Verdict::Inconclusive => {
                format!("INCONCLUSIVE {}", remark.or(trouble).unwrap_or_default())
            }
            Verdict::Skipped => format!("UNSUPPORTED {}", remark.unwrap_or_default()),
        };
        Some(one_line(&said))
    }

    /// The message and all that goes with it: troubles, the command that shows them again, and the
    /// requirements that were put to the test.
    pub(super) fn text(&self) -> Option<String> {
        let message = self.message()?;
        let told = self.troubles.iter().map(|trouble| printable(&trouble.plain()));
        // The message is most often the headline of the first trouble.
        let told = told.map(|text| match text.split_once('\n') {
            Some((head, rest)) if message.ends_with(&one_line(head)) => rest.to_owned(),
            _ => text,
        });
        let mut parts: Vec<String> = std::iter::once(message.clone()).chain(told).collect();
        if self.troubles.is_empty() {
            parts.push(format!("  {:>9}  {}", "again", printable(&self.replay)));
        }
        let tested: Vec<&str> = self.tested().map(|(requirement, _)| requirement.id).collect();
        if !tested.is_empty() {
            parts.push(format!("requirements put to the test: {}", tested.join(", ")));
        }
        Some(clipped(&parts, LONGEST_TEXT))
    }

    /// The requirements that this scenario put to the test, with the word for what came of it.
    pub(super) fn tested(&self) -> impl Iterator<Item = (&'static Requirement, &'static str)> {
        self.played.judgements.iter().filter_map(|judgement| match judgement.finding {
            Finding::Kept { .. } => Some((judgement.requirement, "kept")),
            Finding::Broken { .. } => Some((judgement.requirement, "broken")),
            Finding::Untested => None,
        })
    }

    /// Whether it is listed to come and go.
    pub(super) fn is_flaky(&self) -> bool {
        let kind = self.played.known_kind();
        matches!(kind, Some(KnownKind::FlakyFailure | KnownKind::FlakyPass))
    }

    /// The line of the step that went wrong, or at which nothing more could be said.
    pub(super) fn line(&self) -> Option<u32> {
        let stopped = || {
            let step = self.last_step()?;
            self.played.plan.steps.get(step).map(|step| step.place.line)
        };
        match self.played.verdict {
            Verdict::Pass | Verdict::Skipped => None,
            Verdict::Weak | Verdict::Fail => {
                self.troubles.iter().find_map(|trouble| trouble.step.map(|place| place.line))
            }
            Verdict::Inconclusive => stopped(),
        }
    }

    /// How long it took by the scenario's own clock: what a person would have waited. The same
    /// seed gives the same time.
    pub(super) fn took(&self) -> Duration {
        let entries = &self.played.entries;
        match (entries.first(), entries.last()) {
            (Some(first), Some(last)) => last.at - first.at,
            _ => Duration::ZERO,
        }
    }

    /// The steps, and how each went; none if the scenario was not played.
    pub(super) fn steps(&self) -> impl Iterator<Item = (&'a Step, Course)> {
        let (plan, entries) = (&self.played.plan, &self.played.entries);
        let last = self.last_step();
        let played = if entries.is_empty() { 0 } else { plan.steps.len() };
        plan.steps.iter().take(played).enumerate().map(move |(index, step)| {
            let reached = last.is_some_and(|last| index <= last);
            (step, if reached { course(entries, index) } else { Course::NotReached })
        })
    }

    fn last_step(&self) -> Option<usize> {
        self.played.entries.iter().filter_map(|entry| entry.step).max().map(|step| step as usize)
    }
}

fn course(entries: &[Entry], index: usize) -> Course {
    let of_step =
        || entries.iter().filter(|entry| entry.step.is_some_and(|at| at as usize == index));
    let missed = |entry: &Entry| {
        matches!(&entry.event, Event::Compared { outcome: Expectation::Missed, .. })
    };
    if of_step().any(missed) {
        Course::Missed
    } else if of_step().any(|entry| matches!(entry.event, Event::NotAnswered { .. })) {
        Course::Unanswered
    } else {
        Course::Done
    }
}
