//! Limits that a load must keep, written as what would break them: `p99>50ms`.

use super::compare::{Change, Statistic, alike, difference};
use super::record::{Counts, Record, Standing};
use super::summary::ratio;
use std::fmt;
use std::time::Duration;

mod parse;

/// Why a text is no limit, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}\n{blank:>at$}^ {why}", blank = "")]
pub struct NotLimit {
    /// What was written.
    pub text: String,
    /// Before which character it goes wrong, from 0.
    pub at: usize,
    /// What is wrong, and what to write instead.
    pub why: String,
}

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Measure {
    Latency(Statistic),
    Longest,
    Errors,
    Rate,
}

/// Which values break the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Breach {
    Above,
    AtLeast,
    Below,
    AtMost,
}

impl Breach {
    fn is(self, found: f64, bound: f64) -> bool {
        match self {
            Self::Above => found > bound,
            Self::AtLeast => found >= bound,
            Self::Below => found < bound,
            Self::AtMost => found <= bound,
        }
    }
}

/// The value that is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Bound {
    Time(Duration),
    /// Of 1.
    Share(f64),
    Count(f64),
    PerSecond(f64),
    /// So many times what the baseline has.
    Baseline(f64),
}

/// A limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    text: String,
    measure: Measure,
    breach: Breach,
    bound: Bound,
}

/// What came of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It was kept.
    Yes,
    /// It was broken.
    No,
    /// Nobody can say.
    Unknown,
}

/// A limit held against a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The limit as it was written.
    pub limit: String,
    /// What was found instead.
    pub found: String,
    /// What came of it.
    pub kept: Kept,
}

/// What a limit is held against.
struct Seen<'a> {
    counts: &'a Counts,
    per_second: f64,
    /// Of 1, where a rate was asked for.
    of_asked: Option<f64>,
}

impl Limit {
    /// Whether it needs a baseline.
    #[must_use]
    pub fn needs_baseline(&self) -> bool {
        matches!(self.bound, Bound::Baseline(_))
    }

    /// Whether it says how many errors there may be: then it decides about them alone.
    #[must_use]
    pub fn is_of_errors(&self) -> bool {
        self.measure == Measure::Errors
    }

    /// Holds it against `record`.
    #[must_use]
    pub fn hold(&self, record: &Record, baseline: Option<&Record>) -> Finding {
        let (found, kept) = match (self.measure, self.bound) {
            (Measure::Latency(statistic), Bound::Baseline(factor)) => {
                self.held_against_baseline(record, baseline, (statistic, factor))
            }
            _ => self.held(&Seen {
                counts: &record.counts,
                per_second: record.throughput(),
                of_asked: record.of_asked_rate(),
            }),
        };
        Finding { limit: self.text.clone(), found, kept }
    }

    fn held(&self, seen: &Seen<'_>) -> (String, Kept) {
        match self.measure {
            Measure::Latency(statistic) => {
                self.held_latency(seen, statistic.of(&seen.counts.latency))
            }
            Measure::Longest => self.held_latency(seen, seen.counts.latency.at(1.0)),
            Measure::Errors => self.held_errors(seen.counts),
            Measure::Rate => self.held_rate(seen),
        }
    }

    fn held_latency(&self, seen: &Seen<'_>, found: Duration) -> (String, Kept) {
        if seen.counts.latency.count() == 0 {
            return ("no verification ended as it should".to_owned(), Kept::Unknown);
        }
        let Bound::Time(bound) = self.bound else { return no_such_bound() };
        (milliseconds(found), self.kept(found.as_secs_f64(), bound.as_secs_f64()))
    }

    fn held_errors(&self, counts: &Counts) -> (String, Kept) {
        let wrong = counts.standing(Standing::AcceptedThough) + counts.standing(Standing::Failed);
        let ended = counts.ended();
        if ended == 0 {
            return ("no verification ended".to_owned(), Kept::Unknown);
        }
        let share = ratio(wrong, ended);
        let found = format!("{wrong} of {ended} ({:.3} %)", share * 100.0);
        match self.bound {
            Bound::Share(bound) => (found, self.kept(share, bound)),
            Bound::Count(bound) => (found, self.kept(ratio(wrong, 1), bound)),
            Bound::Time(_) | Bound::PerSecond(_) | Bound::Baseline(_) => no_such_bound(),
        }
    }

    fn held_rate(&self, seen: &Seen<'_>) -> (String, Kept) {
        let rate = seen.per_second;
        match (self.bound, seen.of_asked) {
            (Bound::PerSecond(bound), _) => {
                (format!("{rate:.1} per second"), self.kept(rate, bound))
            }
            (Bound::Share(bound), Some(share)) => {
                let found = format!("{rate:.1} per second, {:.1} % of what was asked", share * 1e2);
                (found, self.kept(share, bound))
            }
            (Bound::Share(_), None) => {
                let why = "no rate was asked for; write verifications per second: rate<100/s";
                (why.to_owned(), Kept::Unknown)
            }
            (Bound::Time(_) | Bound::Count(_) | Bound::Baseline(_), _) => no_such_bound(),
        }
    }

    fn held_against_baseline(
        &self,
        record: &Record,
        baseline: Option<&Record>,
        (statistic, factor): (Statistic, f64),
    ) -> (String, Kept) {
        let Some(baseline) = baseline else {
            return ("there is no baseline".to_owned(), Kept::Unknown);
        };
        if let Err(why) = alike(baseline, record) {
            return (why.to_string(), Kept::Unknown);
        }
        let [before, now] = [baseline, record].map(|record| record.counts.latency.count());
        if before.min(now) == 0 {
            return ("no verification ended as it should".to_owned(), Kept::Unknown);
        }
        let difference = difference(baseline, record, statistic);
        let kept = match (self.kept(difference.ratio, factor), difference.change) {
            (Kept::No, Change::Slower | Change::Faster) => Kept::No,
            // Beyond the limit, but chance does that as well.
            (Kept::No, Change::NotSure | Change::Same) => Kept::Unknown,
            (kept, _) => kept,
        };
        (difference.to_string(), kept)
    }

    fn kept(&self, found: f64, bound: f64) -> Kept {
        if self.breach.is(found, bound) { Kept::No } else { Kept::Yes }
    }
}

/// Parsing allows no such pair, so this is never seen.
fn no_such_bound() -> (String, Kept) {
    ("the limit has no bound of this kind".to_owned(), Kept::Unknown)
}

fn milliseconds(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.kept {
            Kept::Yes => "kept",
            Kept::No => "BROKEN",
            Kept::Unknown => "not known",
        };
        write!(f, "{word}: fail if {}; {}", self.limit, self.found)
    }
}
