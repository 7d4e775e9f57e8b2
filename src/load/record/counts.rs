//! What a load counts: by each worker of the generator for itself, then added up, over workers as
//! over shards.

use super::outcome::{Ended, Outcome, Outcomes, Standing, WorkKind};
use super::slice::Slices;
use crate::load::times::Times;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The most stages of a verification that are told apart.
pub const MOST_PHASES: usize = 16;

/// One verification as the generator saw it; points in time count from the beginning of the load.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// What it was meant to be.
    pub work: WorkKind,
    /// How it ended.
    pub ended: Ended,
    /// In words; see [`Outcome::detail`].
    pub detail: &'a str,
    /// When it was to start.
    pub intended: Duration,
    /// When it did.
    pub started: Duration,
    /// When the last answer came.
    pub answered: Duration,
    /// Its stages and how long each took.
    pub phases: &'a [(&'a str, Duration)],
}

/// What a load counts. Two of them add up without loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// How the verifications ended, by kind of work.
    pub outcomes: Outcomes,
    /// From the intended start to the last answer, of all that ended as they should.
    pub latency: Times,
    /// From the actual start to the last answer, of the same. It hides the wait of those that could
    /// not start in time: `latency` does not.
    pub service: Times,
    /// How much later than intended all of them started: the harness's own share, and the wait for
    /// a place.
    pub lateness: Times,
    /// The stages of those that ended as they should, in the order in which they were first seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<Phase>,
    /// The course of the load.
    pub slices: Slices,
}

/// A stage of a verification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Its name: `request`, `hand_over` (of a message to the gateway), `verify`.
    pub name: String,
    /// How long it took.
    pub times: Times,
}

impl Counts {
    /// Nothing yet, of a load that is to last for `duration`.
    #[must_use]
    pub fn over(duration: Duration) -> Self {
        let [latency, service, lateness] = [(); 3].map(|()| Times::none());
        let (outcomes, phases) = (Outcomes::default(), Vec::new());
        Self { outcomes, latency, service, lateness, phases, slices: Slices::over(duration) }
    }

    /// Verifications that ended, in whatever way.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.outcomes.all().map(|outcome| outcome.count).sum()
    }

    /// How many ended so.
    #[must_use]
    pub fn standing(&self, standing: Standing) -> u64 {
        self.outcomes.of(standing).map(|outcome| outcome.count).sum()
    }

    /// Counts one that has ended.
    pub fn note(&mut self, visit: &Visit<'_>) {
        let Visit { work, ended, detail, intended, started, answered, phases } = *visit;
        self.outcomes.note(work, ended, detail, 1);
        self.lateness.record(started.saturating_sub(intended));
        self.slices.started(started);
        match (Outcome { work, ended, detail: String::new(), count: 1 }).standing() {
            Standing::Succeeded | Standing::AsItShould => {
                let latency = answered.saturating_sub(intended);
                self.latency.record(latency);
                self.service.record(answered.saturating_sub(started));
                self.slices.succeeded(answered, latency);
                for (name, took) in phases {
                    self.phase(name, |times| times.record(*took));
                }
            }
            Standing::AcceptedThough => {
                self.slices.failed(answered, &format!("{work} code accepted"));
            }
            Standing::Failed => self.slices.failed(answered, detail),
        }
    }

    /// Adds all that `other` has counted: of a load with the same beginning and duration.
    pub fn add(&mut self, other: &Self) {
        self.outcomes.add(&other.outcomes);
        self.latency.add(&other.latency);
        self.service.add(&other.service);
        self.lateness.add(&other.lateness);
        for phase in &other.phases {
            self.phase(&phase.name, |times| times.add(&phase.times));
        }
        self.slices.add(&other.slices);
    }

    fn phase(&mut self, name: &str, note: impl FnOnce(&mut Times)) {
        let known = self.phases.iter().position(|phase| phase.name == name);
        let index = known.unwrap_or_else(|| {
            self.phases.truncate(MOST_PHASES - 1);
            self.phases.push(Phase { name: name.to_owned(), times: Times::none() });
            self.phases.len() - 1
        });
        note(&mut self.phases[index].times);
    }
}
