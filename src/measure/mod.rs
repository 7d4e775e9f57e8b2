//! Measures what a subject claims of itself: each declared parameter by an experiment, the odds of
//! a guesser from what was found, and how random delivered codes look.
//!
//! Experiments ask through the port like everybody else, each probe with a person of its own. They
//! judge nothing by norms: that is what [`crate::conformance`] is for. Nothing here prints.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "an experiment names the answers that it builds on; any other, also a future one, ends it"
)]

pub mod experiments;
pub mod finding;
mod harvest;
mod lab;
pub mod odds;
pub mod quality;
mod search;
pub mod statistics;
pub mod text;
pub mod timing;
mod token;
mod visitor;

pub use experiments::{EXPERIMENTS, Experiment};
pub use finding::{Measured, NotMeasured, Unit, Value, Verdict};
pub use lab::{Lab, Timing, Wishes};
pub use odds::Odds;
pub use quality::{Quality, Sample};

use crate::domain::Declared;
use serde::Serialize;
use std::time::Duration;

/// What came of a measurement.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The subject's name.
    pub subject: String,
    /// The seed of people and devices.
    pub seed: u64,
    /// How many times the subject was asked.
    pub asks: u32,
    /// The parameters.
    pub rows: Vec<Measured>,
    /// A guesser's odds.
    pub odds: Vec<Odds>,
    /// How random delivered codes look.
    pub quality: Result<Quality, NotMeasured>,
    /// Answers compared by time, if that was wished for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timing: Option<Result<Vec<timing::Comparison>, NotMeasured>>,
    /// Wrong codes that begin right compared by time with ones that do not, if that was wished for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefixes: Option<Result<timing::Comparison, NotMeasured>>,
}

impl Report {
    /// Whether a claim is false, or codes are certainly not random, which every subject claims.
    #[must_use]
    pub fn contradicts(&self) -> bool {
        let codes = self.quality.as_ref();
        self.rows.iter().any(|row| row.verdict == Verdict::Contradicts)
            || codes.is_ok_and(|quality| quality.below(quality::CERTAIN).next().is_some())
    }

    /// Whether not a single parameter could be measured.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.iter().all(|row| row.found.is_err())
    }
}

/// What all experiments wait in real time for a subject with such claims, where its clock cannot
/// be moved: the name and price of each that waits.
#[must_use]
pub fn prices(declared: &Declared) -> Vec<(&'static str, Duration)> {
    let priced = EXPERIMENTS.iter().map(|one| (one.name, (one.price)(declared)));
    priced.filter(|(_, price)| !price.is_zero()).collect()
}

/// Runs all experiments; `on_begin` hears the name of each.
pub async fn measure(mut lab: Lab, on_begin: impl Fn(&str)) -> Report {
    on_begin("harvest");
    let harvested = harvest::gather(&mut lab).await;
    let quality = match harvested {
        Err(why) if lab.harvest.is_empty() => Err(why),
        Ok(()) | Err(_) => Ok(Quality::of(&lab.harvest)),
    };
    let mut rows = Vec::new();
    for experiment in EXPERIMENTS {
        on_begin(experiment.name);
        lab.begin();
        let before = lab.asks();
        let found = (experiment.run)(&mut lab).await;
        let probes = lab.asks() - before;
        rows.extend(found.into_iter().map(|row| Measured { probes, ..row }));
    }
    let (mut timing, mut prefixes) = (None, None);
    if lab.wishes.timing == Timing::On {
        on_begin("timing");
        lab.begin();
        timing = Some(timing::compare(&mut lab).await);
        lab.begin();
        prefixes = Some(timing::compare_prefixes(&mut lab).await);
    }
    let (subject, seed) = (lab.subject_name().to_owned(), lab.wishes.seed);
    let asks = lab.asks();
    Report { subject, seed, asks, odds: odds::odds(&rows), rows, quality, timing, prefixes }
}
