//! Compares two loads, and says how sure the difference is.
//!
//! Verifications close in time share their fate (a stall delays them all), so they are no
//! independent samples: seconds are, more nearly. Blocks of seconds are drawn again and again with
//! replacement from each load (a block bootstrap, Künsch 1989), which shows by how much a
//! percentile varies by chance; and they are dealt anew to both loads (a permutation test), which
//! shows how often chance alone makes such a difference. Only what both find impossible is called
//! sure, because a gate that raises false alarms is switched off.

use super::record::{Asked, Record};
use super::times::Times;
use crate::domain::Chance;
use crate::load::compare::blocks::Blocks;
use serde::Serialize;
use std::fmt;
use std::time::Duration;

mod blocks;

/// Draws of each kind.
const DRAWS: usize = 1000;

/// Blocks that a load must have for a difference to be sure: fewer cannot show their own noise.
const FEWEST_BLOCKS: usize = 8;

/// Verifications that must lie beyond a percentile for it to be more than a few odd ones.
const FEWEST_BEYOND: f64 = 10.0;

/// A difference below this is not called one: slices know times to one in a hundred, on both sides.
const LEAST_EFFECT: f64 = 0.03;

/// Standard errors from which on a difference is sure, if no draw of the permutation test makes it.
const SURE: f64 = 5.0;

/// Standard errors from which on a difference is no longer called noise.
const DOUBTFUL: f64 = 2.0;

/// Noise above this share says nothing: "the same" would be too much.
const TOO_NOISY: f64 = 0.5;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Statistic {
    /// The latency that this share, of 0 to 1, did not exceed.
    Share(f64),
    /// The mean latency.
    Mean,
}

impl Statistic {
    /// Of `times`.
    #[must_use]
    pub fn of(self, times: &Times) -> Duration {
        match self {
            Self::Share(share) => times.at(share),
            Self::Mean => times.mean(),
        }
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // A share such as 0.999 is no round number; a few digits show what was meant.
            Self::Share(share) => write!(f, "p{}", (share * 1e8).round() / 1e6),
            Self::Mean => f.write_str("mean"),
        }
    }
}

/// What can be said of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It takes longer, and chance does not make such a difference.
    Slower,
    /// It takes less long, and chance does not make such a difference.
    Faster,
    /// There may be a difference, or too little is known.
    NotSure,
    /// There is none beyond the noise.
    Same,
}

/// One statistic of two loads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Which.
    pub statistic: String,
    /// Of the load before, in milliseconds.
    pub before_ms: f64,
    /// Of this load, in milliseconds.
    pub now_ms: f64,
    /// How many times as long it takes.
    pub ratio: f64,
    /// How far the ratio strays by chance: 2.6 standard errors, as a share of 1.
    pub noise: f64,
    /// What can be said of it.
    pub change: Change,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { statistic, before_ms, now_ms, ratio, noise, change } = self;
        let (percent, noise) = ((ratio - 1.0) * 100.0, noise * 100.0);
        write!(f, "{statistic} {before_ms:.2} → {now_ms:.2} ms: ")?;
        match change {
            Change::Slower => write!(f, "slower by {percent:.0} %, sure (noise {noise:.0} %)"),
            Change::Faster => write!(f, "faster by {:.0} %, sure (noise {noise:.0} %)", -percent),
            Change::NotSure => write!(f, "{percent:+.0} %, not sure (noise {noise:.0} %)"),
            Change::Same => write!(f, "the same within noise of {noise:.0} %"),
        }
    }
}

/// Why two loads cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the baseline is another load: its {what} is {before}, and this one's is {now}")]
pub struct NotAlike {
    /// In what they differ.
    pub what: &'static str,
    /// What the load before has.
    pub before: String,
    /// What this one has.
    pub now: String,
}

/// Refuses loads whose difference would say nothing of the subject.
///
/// # Errors
/// [`NotAlike`] with what differs.
pub fn alike(before: &Record, now: &Record) -> Result<(), NotAlike> {
    asked_alike(&before.asked, &now.asked)?;
    let told = |record: &Record| {
        [
            ("way to ask", record.subject.driven_by.clone()),
            ("share of the whole", format!("{:.3}", record.portion())),
        ]
    };
    first_difference(told(before), told(now))
}

/// The same, as far as it is known before anything is measured.
///
/// # Errors
/// [`NotAlike`] with what differs.
pub fn asked_alike(before: &Asked, now: &Asked) -> Result<(), NotAlike> {
    let told = |asked: &Asked| {
        let work: Vec<String> =
            asked.work.iter().map(|share| format!("{} {}", share.weight, share.kind)).collect();
        let surge = asked.surge.map_or(0, |surge| surge.verifications);
        [
            ("arrival", asked.arrival.to_string()),
            ("mix of work", work.join(", ")),
            ("rush at the edge of the time step", surge.to_string()),
        ]
    };
    first_difference(told(before), told(now))
}

fn first_difference<const N: usize>(
    before: [(&'static str, String); N],
    now: [(&'static str, String); N],
) -> Result<(), NotAlike> {
    let mut pairs = before.into_iter().zip(now);
    match pairs.find(|((_, before), (_, now))| before != now) {
        None => Ok(()),
        Some(((what, before), (_, now))) => Err(NotAlike { what, before, now }),
    }
}

/// What changed in the usual percentiles.
#[must_use]
pub fn compare(before: &Record, now: &Record) -> Vec<Difference> {
    let usual = [0.5, 0.9, 0.99, 0.999].map(Statistic::Share);
    usual.into_iter().map(|statistic| difference(before, now, statistic)).collect()
}

/// What changed in `statistic`.
#[must_use]
pub fn difference(before: &Record, now: &Record, statistic: Statistic) -> Difference {
    let [was, is] =
        [before, now].map(|record| statistic.of(&record.counts.latency).as_secs_f64().max(1e-9));
    let effect = (is / was).ln();
    let blocks = Blocks::of(before.counts.slices.each(), now.counts.slices.each());
    let mut chance = Chance::seeded(1, "load/compare");
    let error = blocks.standard_error(statistic, DRAWS, &mut chance);
    let enough = blocks.fewest() >= FEWEST_BLOCKS && beyond(before, now, statistic);
    // Looked into only where it can decide, because it costs as much again.
    let sure = enough
        && (is / was - 1.0).abs() >= LEAST_EFFECT
        && effect.abs() >= SURE * error
        && blocks.as_far_by_chance(statistic, DRAWS, &mut chance) == 0;
    let noise = (2.6 * error).exp_m1();
    let told = match (sure, effect > 0.0) {
        (true, true) => Change::Slower,
        (true, false) => Change::Faster,
        (false, _) if !enough || noise > TOO_NOISY => Change::NotSure,
        (false, _) if effect.abs() > DOUBTFUL * error && (is / was - 1.0).abs() >= LEAST_EFFECT => {
            Change::NotSure
        }
        (false, _) => Change::Same,
    };
    Difference {
        statistic: statistic.to_string(),
        before_ms: was * 1e3,
        now_ms: is * 1e3,
        ratio: is / was,
        noise,
        change: told,
    }
}

/// Whether enough verifications lie beyond the percentile in both.
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn beyond(before: &Record, now: &Record, statistic: Statistic) -> bool {
    let share = match statistic {
        Statistic::Share(share) => share.max(0.5),
        Statistic::Mean => 0.5,
    };
    let least = before.counts.latency.count().min(now.counts.latency.count());
    least as f64 * (1.0 - share) >= FEWEST_BEYOND - 1e-9
}
