//! What a rate must meet in a search: limits that it stays below, `p99<50ms,errors<0.1%`.

use super::limit::Limit;
use super::record::{Counts, Standing};
use super::summary::ratio;
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
    ceilings: Vec<Limit>,
}

/// Why a text is no objective.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no objective; write such as p99<50ms,errors<0.1%\n{0}")]
pub struct NotObjective(String);

impl FromStr for Objective {
    type Err = NotObjective;

    fn from_str(text: &str) -> Result<Self, NotObjective> {
        let ceilings = text.split(',').map(|part| ceiling(part.trim()));
        Ok(Self { text: text.to_owned(), ceilings: ceilings.collect::<Result<_, _>>()? })
    }
}

fn ceiling(text: &str) -> Result<Limit, NotObjective> {
    let limit: Limit = text.parse().map_err(|why| NotObjective(format!("{why}")))?;
    let unfit = || {
        let what = "a latency stays below a time, or errors below a %";
        NotObjective(format!("{text}\n^ {what}"))
    };
    if limit.is_ceiling() { Ok(limit) } else { Err(unfit()) }
}

impl Objective {
    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it says how many errors there may be.
    #[must_use]
    pub fn tolerates_errors(&self) -> bool {
        self.ceilings.iter().any(Limit::is_of_errors)
    }

    /// Whether `counts` of a load in which `due` verifications were to end within `asked` meet it,
    /// and in words what was found; `took` is how long it took.
    #[must_use]
    pub fn judge(
        &self,
        counts: &Counts,
        due: u64,
        (asked, took): (Duration, Duration),
    ) -> (bool, String) {
        let good = counts.standing(Standing::Succeeded) + counts.standing(Standing::AsItShould);
        let (mut met, mut why) = (good > 0, String::new());
        for ceiling in &self.ceilings {
            let (found, is_so) = ceiling.said_of(counts);
            met &= is_so == Some(true);
            // Writing to a string cannot fail.
            let _ = write!(why, "{ceiling}: {found}, ");
        }
        let per_second =
            |count, time: Duration| ratio(count, 1) / time.as_secs_f64().max(f64::MIN_POSITIVE);
        let rate = per_second(good, took.max(asked));
        met &= rate >= per_second(due, asked) * LEAST_ENDED || self.tolerates(counts, good);
        let _ = write!(why, "{rate:.1} per second");
        (met, why)
    }

    /// Whether so few ended well only because errors are allowed.
    fn tolerates(&self, counts: &Counts, good: u64) -> bool {
        let ended = counts.ended();
        let share = ratio(ended - good, ended);
        let allowed = self.ceilings.iter().find_map(Limit::error_share);
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
        let unfit = ["p99>50ms", "errors<3", "rate<95%", "p99<baseline"];
        for bad in ["", "p99<50", "p101<1s", "p99<50ms;errors<1%"].into_iter().chain(unfit) {
            assert!(bad.parse::<Objective>().is_err(), "{bad}");
        }
    }
}
