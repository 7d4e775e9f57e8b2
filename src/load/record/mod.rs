//! A finished load as it is saved, reported, compared and joined.
//!
//! What shards share stands once; what each machine saw for itself stands in [`Part`]. Everything
//! that counts can be added up: the record of all shards is the one that a single machine would
//! have written, but for its parts.

mod asked;
mod counts;
pub mod file;
mod join;
mod outcome;
mod part;
mod slice;

pub use asked::{Arrival, Asked, Share, Stop, Surge};
pub use counts::{Counts, MOST_PHASES, Phase, Visit};
pub use join::{NotOneLoad, join};
pub use outcome::{Ended, MOST_OUTCOMES, Outcome, Outcomes, Standing, WorkKind};
pub use part::{Calibration, Environment, Finish, Part, Sample, Usage};
pub use slice::{MOST_FAILURES, MOST_SLICES, Slice, Slices};

use super::times::Times;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The version of the saved form. Files of another one are refused.
pub const FORM: u32 = 1;

/// A finished load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The version of the harness that wrote it.
    pub fobwatch: String,
    /// The version of the file form: [`FORM`].
    pub load: u32,
    /// The seed of arrivals, people and devices.
    pub seed: u64,
    /// What was measured.
    pub subject: Subject,
    /// What was asked for.
    pub asked: Asked,
    /// What was counted, of all parts together.
    pub counts: Counts,
    /// The rungs of a search for the highest rate, in the order in which they were tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ladder: Vec<Rung>,
    /// What each machine saw for itself: one, or as many as shards were joined.
    pub parts: Vec<Part>,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Its name, as it gives it.
    pub name: String,
    /// As `--against` names it.
    pub against: String,
    /// How it was driven: by which way of asking, as people should read it.
    pub driven_by: String,
    /// Whether it ran in this same process, so that its work and ours share the processors and no
    /// network lies between.
    pub in_process: bool,
    /// Whether we launched it, so that its processor time and memory are known.
    pub launched: bool,
}

impl Subject {
    /// Whether an adapter that is a program stood between. Where we launched that, the server may be
    /// among what it has started, or not.
    #[must_use]
    pub fn is_behind_program(&self) -> bool {
        ["exec:", "attach:"].iter().any(|kind| self.against.starts_with(kind))
    }
}

/// One rate of a search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// Verifications per second.
    pub per_second: u32,
    /// Verifications that were due in it.
    pub arrivals: u64,
    /// Those that ended as they should.
    pub succeeded: u64,
    /// Codes that must be refused and were accepted.
    #[serde(default)]
    pub accepted_though: u64,
    /// All others that ended.
    #[serde(default)]
    pub failed: u64,
    /// The latency from the intended start of those that ended as they should.
    pub latency: Times,
    /// Whether the objective was met.
    pub met: bool,
    /// What decided, in words: `p99 was 31 ms`.
    pub why: String,
}

impl Record {
    /// Verifications that ended, in whatever way.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.counts.ended()
    }

    /// How many ended so.
    #[must_use]
    pub fn count(&self, standing: Standing) -> u64 {
        self.counts.standing(standing)
    }

    /// From the beginning of the first part to the last answer of any.
    #[must_use]
    pub fn took(&self) -> Duration {
        let began = self.parts.iter().map(|part| part.began).min();
        let ends = self.parts.iter().map(|part| {
            // Moments have milliseconds; what is shorter is no offset between machines.
            began.map_or(Duration::ZERO, |began| part.began - began) + part.took
        });
        ends.max().unwrap_or_default()
    }

    /// Verifications per second that ended as they should, over the time that was asked for, or the
    /// time that it took if that is longer: a run that ends with its last arrival is not faster than
    /// it was asked to be. A load that was cut short counts over the time that it went.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn throughput(&self) -> f64 {
        let seconds = self.lasted();
        if seconds.is_zero() { 0.0 } else { self.good() as f64 / seconds.as_secs_f64() }
    }

    /// What was achieved of a rate that was asked for: of 1, where the mean rate is known. Of a load
    /// that came to its end all that was due has ended somehow, so chance and rushes at an edge,
    /// which make more or less due than the mean, are no achievement.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn of_asked_rate(&self) -> Option<f64> {
        let mean = self.asked.mean_per_second().filter(|mean| *mean > 0.0)?;
        match self.asked.stop.duration() {
            Some(asked) if self.is_whole() && self.ended() > 0 => {
                let on_time = asked.as_secs_f64() / self.lasted().as_secs_f64().max(1e-9);
                Some(self.good() as f64 / self.ended() as f64 * on_time)
            }
            Some(_) | None => Some(self.throughput() / (mean * self.portion())),
        }
    }

    /// Verifications that ended as they should.
    #[must_use]
    pub fn good(&self) -> u64 {
        self.count(Standing::Succeeded) + self.count(Standing::AsItShould)
    }

    /// Codes that must be refused and were accepted: in a search, at whatever rate.
    #[must_use]
    pub fn accepted_though(&self) -> u64 {
        let at_rates = self.ladder.iter().map(|rung| rung.accepted_though).sum();
        self.count(Standing::AcceptedThough).max(at_rates)
    }

    /// Over which time throughput is counted: as long as was asked for, or longer if it took longer;
    /// where nobody came to the end, as long as it went.
    fn lasted(&self) -> Duration {
        let some_end = self.parts.iter().any(|part| part.finish == Finish::Whole);
        let asked = self.asked.stop.duration().filter(|_| some_end);
        self.took().max(asked.unwrap_or_default())
    }

    /// Which part, of 1, of the load that was asked for this is: a shard makes its own only.
    #[must_use]
    pub fn portion(&self) -> f64 {
        let mut shares = self.parts.iter().filter_map(|part| part.shard);
        let portion: f64 = shares.by_ref().map(|shard| 1.0 / f64::from(shard.of())).sum();
        if portion > 0.0 { portion.min(1.0) } else { 1.0 }
    }

    /// What the generator saw of a server that does nothing: of all shards the slowest.
    #[must_use]
    pub fn slowest_calibration(&self) -> Option<&Calibration> {
        let known = self.parts.iter().filter_map(|part| part.calibration.as_ref());
        known.max_by_key(|one| one.latency.at(0.5))
    }

    /// The highest rate of a search that met its objective, if one did.
    #[must_use]
    pub fn highest_met(&self) -> Option<u32> {
        self.ladder.iter().filter(|rung| rung.met).map(|rung| rung.per_second).max()
    }

    /// Whether all parts came to their end.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.parts.iter().all(|part| part.finish == Finish::Whole)
    }
}

/// Durations as whole nanoseconds.
pub(crate) mod nanos {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::time::Duration;

    pub(crate) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_nanos)
    }
}

/// Durations as whole milliseconds.
pub(crate) mod millis {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::time::Duration;

    pub(crate) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}
