//! What a rate must meet in a search: `p99<50ms,errors<0.1%`.

use super::record::{Counts, Standing};
use std::fmt::Write as _;
use std::str::FromStr;
use std::time::Duration;

/// So much of what was asked for must have ended as it should; with less the subject lags behind,
/// however quick the answers are that came.
const LEAST_ENDED: f64 = 0.98;

/// Conditions that all must be met.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    text: String,
    clauses: Vec<Clause>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Clause {
    /// A share of 0 to 1 of the latencies, and what it must be below.
    Latency(f64, Duration),
    /// The share of errors, of 1.
    Errors(f64),
}

/// Why a text is no objective.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no objective; write such as p99<50ms,errors<0.1%")]
pub struct NotObjective(String);

impl FromStr for Objective {
    type Err = NotObjective;

    fn from_str(text: &str) -> Result<Self, NotObjective> {
        let clauses = text
            .split(',')
            .map(|part| clause(part.trim()).ok_or_else(|| NotObjective(part.trim().to_owned())));
        Ok(Self { text: text.to_owned(), clauses: clauses.collect::<Result<_, _>>()? })
    }
}

fn clause(text: &str) -> Option<Clause> {
    let (what, bound) = text.split_once('<')?;
    let (what, bound) = (what.trim(), bound.trim());
    if what == "errors" {
        let percent: f64 = bound.strip_suffix('%')?.trim().parse().ok()?;
        return (0.0..=100.0).contains(&percent).then_some(Clause::Errors(percent / 100.0));
    }
    let percent: f64 = what.strip_prefix('p')?.parse().ok()?;
    let (number, unit) = bound.split_at(bound.find(|c: char| c.is_ascii_alphabetic())?);
    let number: f64 = number.trim().parse().ok()?;
    let seconds = match unit {
        "us" => number / 1e6,
        "ms" => number / 1e3,
        "s" => number,
        _ => return None,
    };
    let bound = Duration::try_from_secs_f64(seconds).ok()?;
    (0.0..=100.0).contains(&percent).then_some(Clause::Latency(percent / 100.0, bound))
}

impl Objective {
    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether `counts` of a load in which `due` verifications were to end within `asked` meet it,
    /// and in words what was found; `took` is how long it took.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn judge(
        &self,
        counts: &Counts,
        due: u64,
        (asked, took): (Duration, Duration),
    ) -> (bool, String) {
        let sum = |standing| counts.outcomes.of(standing).map(|one| one.count).sum::<u64>();
        let wrong = sum(Standing::Failed) + sum(Standing::AcceptedThough);
        let good = sum(Standing::Succeeded) + sum(Standing::AsItShould);
        let (mut met, mut why) = (good > 0, String::new());
        for clause in &self.clauses {
            match *clause {
                Clause::Latency(share, bound) => {
                    let found = counts.latency.at(share);
                    met &= found < bound;
                    let millis = found.as_secs_f64() * 1e3;
                    // Writing to a string cannot fail.
                    let _ = write!(why, "p{} {millis:.2} ms, ", share * 100.0);
                }
                Clause::Errors(bound) => {
                    let share = wrong as f64 / ((wrong + good).max(1)) as f64;
                    met &= share < bound || wrong == 0;
                    let _ = write!(why, "errors {:.2} %, ", share * 100.0);
                }
            }
        }
        let rate = good as f64 / took.max(asked).as_secs_f64().max(f64::MIN_POSITIVE);
        let wanted = due as f64 / asked.as_secs_f64().max(f64::MIN_POSITIVE);
        met &= rate >= wanted * LEAST_ENDED || self.tolerates(wrong, good);
        let _ = write!(why, "{rate:.1} per second");
        (met, why)
    }

    /// Whether so few ended well only because errors are allowed.
    #[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn tolerates(&self, wrong: u64, good: u64) -> bool {
        let share = wrong as f64 / ((wrong + good).max(1)) as f64;
        let allowed = self.clauses.iter().find_map(|clause| match clause {
            Clause::Errors(bound) => Some(*bound),
            Clause::Latency(..) => None,
        });
        allowed.is_some_and(|allowed| share > 1.0 - LEAST_ENDED && share < allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::Objective;
    use crate::load::record::{Counts, Ended, Visit, WorkKind};
    use std::time::Duration;

    const SECOND: Duration = Duration::from_secs(1);

    /// A hundred visits in a second, of which so many fail; each takes so long.
    fn counts(failed: u32, latency: Duration) -> Counts {
        let mut counts = Counts::over(SECOND);
        for number in 0..100 {
            let intended = SECOND * number / 100;
            let ended = if number < failed { Ended::NoAnswer } else { Ended::Accepted };
            let (work, answered) = (WorkKind::Valid, intended + latency);
            let (detail, phases, started) = ("", &[][..], intended);
            counts.note(&Visit { work, ended, detail, intended, started, answered, phases });
        }
        counts
    }

    fn met(text: &str, failed: u32, latency: u64, took: Duration) -> bool {
        let objective: Objective = text.parse().expect("an objective");
        let counts = counts(failed, Duration::from_millis(latency));
        objective.judge(&counts, 100, (SECOND, took)).0
    }

    #[test]
    fn an_objective_is_met_if_all_of_it_is() {
        assert!(met("p99<50ms,errors<5%", 0, 20, SECOND));
        assert!(met("p99<50ms,errors<5%", 4, 20, SECOND));
        assert!(!met("p99<50ms,errors<5%", 6, 20, SECOND));
        assert!(!met("p99<50ms,errors<5%", 0, 60, SECOND));
        assert!(!met("errors<5%", 0, 20, SECOND * 2), "it lags behind");
        assert!(!met("p50<1s", 100, 20, SECOND), "nothing succeeded");
    }

    #[test]
    fn what_is_no_objective_is_refused() {
        for bad in ["", "p99>50ms", "p99<50", "errors<0.1", "p101<1s", "p99<50ms;errors<1%"] {
            assert!(bad.parse::<Objective>().is_err(), "{bad}");
        }
    }
}
