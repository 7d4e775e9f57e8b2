//! The course of a load: what happened in each second.

use super::millis;
use crate::load::times::CoarseTimes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// The most slices of a load; a longer one has wider slices.
pub const MOST_SLICES: usize = 3600;

/// The most kinds of failure told apart in one slice; what comes on top counts as "others".
pub const MOST_FAILURES: usize = 16;

/// What happened in one slice of time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slice {
    /// Verifications that were started in it.
    pub started: u64,
    /// Verifications that ended in it as they should.
    pub succeeded: u64,
    /// Verifications that ended in it otherwise, by why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failed: BTreeMap<String, u64>,
    /// Latencies from the intended start, of those that ended in it as they should.
    pub latency: CoarseTimes,
}

/// Slices of equal width, from the beginning on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slices {
    /// The width of each.
    #[serde(rename = "width_ms", with = "millis")]
    width: Duration,
    /// What happened in each.
    each: Vec<Slice>,
}

impl Slices {
    /// Slices of a second, or of as many seconds as it takes for `duration` to fit.
    #[must_use]
    pub fn over(duration: Duration) -> Self {
        let most = MOST_SLICES as u64;
        let seconds = duration.as_secs().saturating_add(1).div_ceil(most).max(1);
        Self { width: Duration::from_secs(seconds), each: Vec::new() }
    }

    /// The width of each.
    #[must_use]
    pub fn width(&self) -> Duration {
        self.width
    }

    /// Each, from the beginning on.
    #[must_use]
    pub fn each(&self) -> &[Slice] {
        &self.each
    }

    /// Notes a verification that was started at `point` of the load.
    pub fn started(&mut self, point: Duration) {
        self.at(point).started += 1;
    }

    /// Notes one that ended as it should at `point`, so long after it was to start.
    pub fn succeeded(&mut self, point: Duration, latency: Duration) {
        let slice = self.at(point);
        slice.succeeded += 1;
        slice.latency.record(latency);
    }

    /// Notes one that ended otherwise at `point`.
    pub fn failed(&mut self, point: Duration, why: &str) {
        self.at(point).fail(why, 1);
    }

    /// Adds all that `other`, of the same width, has noted: it has the same beginning.
    pub fn add(&mut self, other: &Self) {
        for (index, theirs) in other.each.iter().enumerate() {
            self.nth(index).add(theirs);
        }
    }

    /// Moves all by `late`, to the nearest width: they began that much after the beginning.
    pub fn shift(&mut self, late: Duration) {
        let width = self.width.max(Duration::from_millis(1)).as_nanos();
        let by = usize::try_from((late.as_nanos() + width / 2) / width).unwrap_or(usize::MAX);
        let mut moved = Self { width: self.width, each: Vec::new() };
        for (index, slice) in self.each.iter().enumerate() {
            moved.nth(index.saturating_add(by)).add(slice);
        }
        *self = moved;
    }

    fn at(&mut self, point: Duration) -> &mut Slice {
        let width = self.width.max(Duration::from_millis(1)).as_nanos();
        self.nth(usize::try_from(point.as_nanos() / width).unwrap_or(usize::MAX))
    }

    /// What comes after the last slice belongs to it.
    fn nth(&mut self, index: usize) -> &mut Slice {
        let index = index.min(MOST_SLICES - 1);
        if self.each.len() <= index {
            self.each.resize_with(index + 1, Slice::default);
        }
        &mut self.each[index]
    }
}

impl Slice {
    fn add(&mut self, other: &Self) {
        self.started += other.started;
        self.succeeded += other.succeeded;
        other.failed.iter().for_each(|(why, count)| self.fail(why, *count));
        self.latency.add(&other.latency);
    }

    fn fail(&mut self, why: &str, count: u64) {
        let crowded = self.failed.len() >= MOST_FAILURES && !self.failed.contains_key(why);
        let why = if crowded { "others" } else { why };
        *self.failed.entry(why.to_owned()).or_default() += count;
    }
}
