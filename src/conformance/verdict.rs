//! The fold of findings and expectations into one verdict.

use super::{Finding, Judgement, Level, Verdict};
use crate::journal::{Entry, Event, Expectation};

/// How the scenario came out: the worst of what is proven, and only then what is not known.
#[must_use]
pub fn verdict(entries: &[Entry], judgements: &[Judgement]) -> Verdict {
    let broken = |level| {
        judgements.iter().any(|judgement| {
            judgement.requirement.level == level
                && matches!(judgement.finding, Finding::Broken { .. })
        })
    };
    let compared = |wanted| {
        entries.iter().any(
            |entry| matches!(&entry.event, Event::Compared { outcome, .. } if *outcome == wanted),
        )
    };
    let unanswered = |entry: &Entry| {
        matches!(entry.event, Event::NotAnswered { .. } | Event::Finished { early: Some(_) })
    };
    if broken(Level::Must) || compared(Expectation::Missed) {
        Verdict::Fail
    } else if entries.iter().any(unanswered) {
        Verdict::Inconclusive
    } else if broken(Level::Should) || compared(Expectation::Weak) {
        Verdict::Weak
    } else {
        Verdict::Pass
    }
}
