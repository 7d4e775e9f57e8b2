//! What a load was asked to be: equal in all its shards.

use super::outcome::WorkKind;
use super::{millis, nanos};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// What was asked for, of all shards together but for the people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// When verifications are due.
    pub arrival: Arrival,
    /// When it ends.
    pub stop: Stop,
    /// Of which kinds of work it is mixed.
    pub work: Vec<Share>,
    /// A rush at the edge of the time step, if one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surge: Option<Surge>,
    /// People with tokens, of this shard: as many as its own arrivals take. Where shards are joined,
    /// of all of them.
    pub people: u32,
    /// The time step of the tokens in seconds.
    pub period_seconds: u32,
    /// Verifications under way at once, of one shard.
    pub in_flight: u32,
    /// How long the subject was driven before anything counted.
    #[serde(rename = "warm_up_ms", with = "millis")]
    pub warm_up: Duration,
}

impl Asked {
    /// Verifications per second on average, rushes included, where that is asked for.
    #[must_use]
    pub fn mean_per_second(&self) -> Option<f64> {
        let rush = self.surge.map_or(0, |surge| surge.verifications);
        let rush = f64::from(rush) / f64::from(self.period_seconds.max(1));
        self.arrival.mean_per_second().map(|mean| mean + rush)
    }
}

/// When verifications are due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Arrival {
    /// At a constant rate.
    Constant {
        /// Verifications per second.
        per_second: u32,
    },
    /// At random with this mean rate.
    Poisson {
        /// Verifications per second.
        per_second: u32,
    },
    /// At a rate that grows or falls evenly.
    Ramp {
        /// Verifications per second in the beginning.
        from: u32,
        /// Verifications per second in the end.
        to: u32,
    },
    /// At rates that are searched for the highest that meets an objective.
    Steps {
        /// The lowest rate tried.
        from: u32,
        /// The highest rate that may be tried.
        to: u32,
        /// The objective as it was written: `p99<50ms`.
        objective: String,
    },
    /// As soon as one of so many has its answer (a closed loop).
    Closed {
        /// Verifications under way at once.
        people_at_once: u32,
    },
}

impl Arrival {
    /// Verifications per second on average, where that is asked for.
    #[must_use]
    pub fn mean_per_second(&self) -> Option<f64> {
        match self {
            Self::Constant { per_second } | Self::Poisson { per_second } => {
                Some(f64::from(*per_second))
            }
            Self::Ramp { from, to } => Some(f64::midpoint(f64::from(*from), f64::from(*to))),
            Self::Steps { .. } | Self::Closed { .. } => None,
        }
    }

    /// Verifications per second at `share`, of 0 to 1, of the time, where that is asked for.
    #[must_use]
    pub fn per_second_at(&self, share: f64) -> Option<f64> {
        match self {
            Self::Ramp { from, to } => {
                Some(f64::from(*from) + (f64::from(*to) - f64::from(*from)) * share)
            }
            Self::Constant { .. }
            | Self::Poisson { .. }
            | Self::Steps { .. }
            | Self::Closed { .. } => self.mean_per_second(),
        }
    }
}

impl fmt::Display for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant { per_second } => write!(f, "{per_second} per second"),
            Self::Poisson { per_second } => write!(f, "{per_second} per second at random"),
            Self::Ramp { from, to } => write!(f, "{from} to {to} per second"),
            Self::Steps { from, to, objective } => {
                write!(f, "the highest of {from} to {to} per second with {objective}")
            }
            Self::Closed { people_at_once } => write!(f, "{people_at_once} at once, back to back"),
        }
    }
}

/// When a load ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Stop {
    /// After this time.
    #[serde(rename = "after_ns", with = "nanos")]
    After(Duration),
    /// After so many verifications, of all shards together.
    Verifications(u64),
}

impl Stop {
    /// The time it is asked to last, if that is how it ends.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        match self {
            Self::After(duration) => Some(*duration),
            Self::Verifications(_) => None,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(duration) => write!(f, "{} s", duration.as_secs_f64()),
            Self::Verifications(count) => write!(f, "{count} verifications"),
        }
    }
}

/// How much of one kind of work there is in a mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Which work.
    pub kind: WorkKind,
    /// Its weight; a mix of 8 valid and 2 wrong has a fifth wrong.
    pub weight: u32,
}

/// A rush at the edge of the time step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surge {
    /// Verifications that are due at each edge, on top of the others.
    pub verifications: u32,
}
