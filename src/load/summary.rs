//! The numbers of a record that people and scripts ask for first.

use super::record::{Arrival, Record, Rung, Standing};
use super::times::Times;
use serde::Serialize;

/// The shares whose latency is told.
pub const SHARES: [(&str, f64); 6] =
    [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("p99.99", 0.9999), ("max", 1.0)];

/// Times of one kind in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Milliseconds {
    /// How many there are.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// The median.
    pub p50: f64,
    /// What 90 % did not exceed.
    pub p90: f64,
    /// What 99 % did not exceed.
    pub p99: f64,
    /// What 99.9 % did not exceed.
    #[serde(rename = "p99.9")]
    pub p99_9: f64,
    /// What 99.99 % did not exceed.
    #[serde(rename = "p99.99")]
    pub p99_99: f64,
    /// The longest.
    pub max: f64,
}

impl Milliseconds {
    /// Of `times`.
    #[must_use]
    pub fn of(times: &Times) -> Self {
        let ms = |time: std::time::Duration| time.as_secs_f64() * 1e3;
        let [p50, p90, p99, p99_9, p99_99, max] = SHARES.map(|(_, share)| ms(times.at(share)));
        let (count, mean) = (times.count(), ms(times.mean()));
        Self { count, mean, p50, p90, p99, p99_9, p99_99, max }
    }
}

/// The first numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The subject's name.
    pub subject: String,
    /// What was asked for, in words.
    pub asked: String,
    /// Verifications that ended.
    pub verifications: u64,
    /// Valid codes that were accepted.
    pub succeeded: u64,
    /// Codes that must be refused and were.
    pub refused_as_it_should: u64,
    /// Codes that must be refused and were accepted.
    pub accepted_though: u64,
    /// All others.
    pub failed: u64,
    /// The share of verifications that did not end as they should, of 1.
    pub errors: f64,
    /// Verifications per second that ended as they should.
    pub per_second: f64,
    /// That, as a share of the rate that was asked for, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_asked_rate: Option<f64>,
    /// From the beginning to the last answer.
    pub took_seconds: f64,
    /// From the intended start to the last answer.
    pub latency_ms: Milliseconds,
    /// From the actual start to the last answer.
    pub service_ms: Milliseconds,
    /// How much later than intended verifications started.
    pub lateness_ms: Milliseconds,
    /// Whether all parts came to their end.
    pub whole: bool,
    /// What a search found, where it was one: all other numbers are those of one rate then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<Search>,
}

/// What a search for the highest rate found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Search {
    /// The objective as it was written.
    pub objective: String,
    /// The highest rate per second that met it, if one did.
    pub highest_per_second: Option<u32>,
    /// Each rate that was tried, in their order.
    pub rates: Vec<TriedRate>,
}

/// One rate of a search.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TriedRate {
    /// Verifications per second.
    pub per_second: u32,
    /// Verifications that were due.
    pub arrivals: u64,
    /// Those that ended as they should.
    pub succeeded: u64,
    /// Codes that must be refused and were accepted.
    pub accepted_though: u64,
    /// All others that ended.
    pub failed: u64,
    /// The latency of those that ended as they should.
    pub latency_ms: Milliseconds,
    /// Whether the objective was met.
    pub met: bool,
    /// What decided, in words.
    pub why: String,
}

impl Search {
    /// Of `record`, if that is of a search.
    #[must_use]
    pub fn of(record: &Record) -> Option<Self> {
        let Arrival::Steps { objective, .. } = &record.asked.arrival else { return None };
        let rate = |rung: &Rung| TriedRate {
            per_second: rung.per_second,
            arrivals: rung.arrivals,
            succeeded: rung.succeeded,
            accepted_though: rung.accepted_though,
            failed: rung.failed,
            latency_ms: Milliseconds::of(&rung.latency),
            met: rung.met,
            why: rung.why.clone(),
        };
        Some(Self {
            objective: objective.clone(),
            highest_per_second: record.highest_met(),
            rates: record.ladder.iter().map(rate).collect(),
        })
    }
}

impl Summary {
    /// Of `record`.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let [succeeded, refused, accepted, failed] =
            [Standing::Succeeded, Standing::AsItShould, Standing::AcceptedThough, Standing::Failed]
                .map(|standing| record.count(standing));
        Self {
            subject: record.subject.name.clone(),
            asked: format!("{} for {}", record.asked.arrival, record.asked.stop),
            verifications: record.ended(),
            succeeded,
            refused_as_it_should: refused,
            accepted_though: accepted,
            failed,
            errors: ratio(accepted + failed, record.ended()),
            per_second: record.throughput(),
            of_asked_rate: record.of_asked_rate(),
            took_seconds: record.took().as_secs_f64(),
            latency_ms: Milliseconds::of(&record.counts.latency),
            service_ms: Milliseconds::of(&record.counts.service),
            lateness_ms: Milliseconds::of(&record.counts.lateness),
            whole: record.is_whole(),
            search: Search::of(record),
        }
    }
}

/// `part` of `whole`; nothing of nothing is 0.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// A number of things as a real number.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub fn real(things: usize) -> f64 {
    things as f64
}
