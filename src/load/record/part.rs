//! What one machine saw for itself.

use super::{millis, nanos};
use crate::domain::Moment;
use crate::journal::Shard;
use crate::load::times::Times;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What one machine saw for itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Which part of the load it made, if not the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// When it began, by the clock of the run.
    pub began: Moment,
    /// From the beginning to the last answer.
    #[serde(rename = "took_ns", with = "nanos")]
    pub took: Duration,
    /// Whether it came to its end.
    pub finish: Finish,
    /// The machine.
    pub environment: Environment,
    /// What the same generator saw of a server that does nothing, if it was calibrated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// Processor time and memory on the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Sample>,
}

/// Whether a load came to its end, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Finish {
    /// All that was due was made.
    Whole,
    /// Somebody ended it before.
    Interrupted,
    /// The subject went away, and nobody was there any more to be asked.
    SubjectGone {
        /// From the beginning to the first connection that broke and was never made again.
        #[serde(rename = "after_ms", with = "millis")]
        after: Duration,
        /// What the adapter knows of it: that the server has ended, by which signal.
        why: String,
    },
    /// A closed loop had used the code of everybody: it does not wait for new ones.
    OutOfCodes,
}

/// A machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Processors that this process may use.
    pub cores: u32,
    /// The operating system: `linux`.
    pub system: String,
    /// The architecture: `x86_64`.
    pub architecture: String,
    /// The processor as it names itself, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor: Option<String>,
}

/// What the generator saw of a server that does nothing: what it takes itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// In words, what was asked of the server that does nothing.
    pub how: String,
    /// The latency from the intended start, at the rate that was asked for.
    pub latency: Times,
    /// Requests per second that were asked for while `latency` was taken.
    pub per_second: u32,
    /// Verifications per second that the generator can make at most, where that was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_per_second: Option<u32>,
}

/// How much processor time and memory was used up to a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// When, after the beginning.
    #[serde(rename = "at_ms", with = "millis")]
    pub at: Duration,
    /// Ours.
    pub harness: Usage,
    /// The subject's, if we launched it as a process of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Usage>,
}

/// Processor time and memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Processor time since the beginning of the load, of all threads and children together.
    #[serde(rename = "cpu_ms", with = "millis")]
    pub cpu: Duration,
    /// Memory in use (resident).
    pub memory_bytes: u64,
}
