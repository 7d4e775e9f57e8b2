//! Limits: `p99>50ms` says what would break one that a load must keep. The same words say what a
//! rate must meet in a search (see [`super::objective`]).

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

/// What is limited, and the value that it is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Rule {
    /// A latency, and a time.
    Latency(Statistic, Duration),
    /// The longest latency, and a time.
    Longest(Duration),
    /// A latency, and how many times that of the baseline.
    Baseline(Statistic, f64),
    /// Errors as a share of what ended, of 1.
    ErrorShare(f64),
    /// The number of errors.
    Errors(f64),
    /// The rate as a share of what was asked for, of 1.
    RateShare(f64),
    /// Verifications per second.
    Rate(f64),
}

/// How a value is compared with a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Above,
    AtLeast,
    Below,
    AtMost,
}

impl Sign {
    fn holds(self, found: f64, bound: f64) -> bool {
        match self {
            Self::Above => found > bound,
            Self::AtLeast => found >= bound,
            Self::Below => found < bound,
            Self::AtMost => found <= bound,
        }
    }
}

/// A limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    text: String,
    rule: Rule,
    sign: Sign,
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

impl Limit {
    /// Whether it needs a baseline.
    #[must_use]
    pub fn needs_baseline(&self) -> bool {
        matches!(self.rule, Rule::Baseline(..))
    }

    /// Whether it says how many errors there may be: then it decides about them alone.
    #[must_use]
    pub fn is_of_errors(&self) -> bool {
        matches!(self.rule, Rule::ErrorShare(_) | Rule::Errors(_))
    }

    /// Whether it can be said of counts alone, and is kept below a bound.
    pub(super) fn is_ceiling(&self) -> bool {
        let of_counts =
            matches!(self.rule, Rule::Latency(..) | Rule::Longest(_) | Rule::ErrorShare(_));
        of_counts && matches!(self.sign, Sign::Below | Sign::AtMost)
    }

    /// The share of errors, of 1, that it names.
    pub(super) fn error_share(&self) -> Option<f64> {
        if let Rule::ErrorShare(share) = self.rule { Some(share) } else { None }
    }

    /// Holds it against `record`: what it says must not be so.
    #[must_use]
    pub fn hold(&self, record: &Record, baseline: Option<&Record>) -> Finding {
        let (found, kept) = match self.rule {
            Rule::Baseline(statistic, factor) => {
                self.held_against_baseline(record, baseline, (statistic, factor))
            }
            Rule::RateShare(bound) => self.held_rate_share(record, bound),
            Rule::Rate(bound) => {
                let rate = record.throughput();
                (format!("{rate:.1} per second"), self.kept(rate, bound))
            }
            Rule::Latency(..) | Rule::Longest(_) | Rule::ErrorShare(_) | Rule::Errors(_) => {
                let (found, is_so) = self.said_of(&record.counts);
                (
                    found,
                    is_so.map_or(Kept::Unknown, |is_so| if is_so { Kept::No } else { Kept::Yes }),
                )
            }
        };
        Finding { limit: self.text.clone(), found, kept }
    }

    /// What `counts` have of what it names, and whether what it says is so; nothing if that cannot
    /// be told from counts.
    pub(super) fn said_of(&self, counts: &Counts) -> (String, Option<bool>) {
        match self.rule {
            Rule::Latency(statistic, bound) => {
                self.said_of_latency(counts, statistic.of(&counts.latency), bound)
            }
            Rule::Longest(bound) => self.said_of_latency(counts, counts.latency.at(1.0), bound),
            Rule::ErrorShare(_) | Rule::Errors(_) if counts.ended() == 0 => {
                ("no verification ended".to_owned(), None)
            }
            Rule::ErrorShare(bound) => {
                let (found, wrong, ended) = errors(counts);
                (found, Some(self.sign.holds(ratio(wrong, ended), bound)))
            }
            Rule::Errors(bound) => {
                let (found, wrong, _) = errors(counts);
                (found, Some(self.sign.holds(ratio(wrong, 1), bound)))
            }
            Rule::Baseline(..) | Rule::RateShare(_) | Rule::Rate(_) => {
                ("counts alone do not tell".to_owned(), None)
            }
        }
    }

    fn said_of_latency(
        &self,
        counts: &Counts,
        found: Duration,
        bound: Duration,
    ) -> (String, Option<bool>) {
        if counts.latency.count() == 0 {
            return ("no verification ended as it should".to_owned(), None);
        }
        let is_so = self.sign.holds(found.as_secs_f64(), bound.as_secs_f64());
        (milliseconds(found), Some(is_so))
    }

    fn held_rate_share(&self, record: &Record, bound: f64) -> (String, Kept) {
        let Some(share) = record.of_asked_rate() else {
            let why = "no rate was asked for; write verifications per second: rate<100/s";
            return (why.to_owned(), Kept::Unknown);
        };
        let (rate, percent) = (record.throughput(), share * 1e2);
        let found = format!("{rate:.1} per second, {percent:.1} % of what was asked");
        (found, self.kept(share, bound))
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
        if self.sign.holds(found, bound) { Kept::No } else { Kept::Yes }
    }
}

/// How many ended as they should not, in words and as a number, and how many ended.
fn errors(counts: &Counts) -> (String, u64, u64) {
    let wrong = counts.standing(Standing::AcceptedThough) + counts.standing(Standing::Failed);
    let ended = counts.ended();
    (format!("{wrong} of {ended} ({:.3} %)", ratio(wrong, ended) * 100.0), wrong, ended)
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
