//! The search for the highest rate that meets an objective: rates are doubled until one does not,
//! and then the gap is halved.

use super::ground::Ground;
use super::objective::Objective;
use super::plan::Plan;
use super::record::{Counts, Rung, Standing};
use super::tally::Tally;
use std::time::Duration;

/// Rungs at most: a range of a million to one, searched to a twentieth.
const MOST_RUNGS: usize = 32;

/// What came of a search.
pub struct Found {
    /// Each rate that was tried.
    pub ladder: Vec<Rung>,
    /// What was counted at the highest rate that met the objective, else at the last one; and how
    /// long it took.
    pub counts: (Counts, Duration),
}

/// The state of the search.
struct Climb {
    /// The highest rate that met the objective.
    met: Option<u32>,
    /// The lowest that did not.
    unmet: Option<u32>,
    from: u32,
    to: u32,
}

impl Climb {
    /// The next rate to try.
    fn next(&self) -> Option<u32> {
        match (self.met, self.unmet) {
            (None, None) => Some(self.from),
            (Some(met), None) if met >= self.to => None,
            (Some(met), None) => Some(met.saturating_mul(2).min(self.to)),
            // Not even the lowest: nothing below it was asked about.
            (None, Some(_)) => None,
            (Some(met), Some(unmet)) => {
                let gap = unmet.saturating_sub(met);
                (gap > (met / 20).max(1)).then_some(met + gap / 2)
            }
        }
    }

    fn learn(&mut self, rate: u32, met: bool) {
        if met {
            self.met = Some(rate);
        } else {
            self.unmet = Some(rate);
        }
    }
}

/// Searches on `ground` from `from` to `to` per second, for `each` at every rate, for the highest
/// that meets `objective`. `on_rung` hears of each rate, with the tally of its drive.
///
/// # Errors
/// Why nothing could be sent at all.
pub async fn search(
    ground: &mut Ground,
    plan: &Plan,
    ([from, to], each): ([u32; 2], Duration),
    objective: &Objective,
    on_rung: impl Fn(u32, &Tally),
) -> Result<Found, String> {
    let mut climb = Climb { met: None, unmet: None, from: from.max(1), to: to.max(from) };
    let mut rung = plan.clone();
    let mut found = Found { ladder: Vec::new(), counts: (Counts::over(each), Duration::ZERO) };
    while let Some(rate) = climb.next().filter(|_| found.ladder.len() < MOST_RUNGS) {
        rung = rung.then_at_rate(rate, each);
        let tally = Tally::new(rung.counts_from(), each);
        on_rung(rate, &tally);
        ground.drive(&rung, &tally).await?;
        let (counts, took) = tally.counts();
        let due = rung.arrivals().unwrap_or_default();
        let (met, why) = objective.judge(&counts, due, (each, took));
        let met = met && !tally.is_ended();
        let good = [Standing::Succeeded, Standing::AsItShould];
        found.ladder.push(Rung {
            per_second: rate,
            arrivals: due,
            succeeded: good.into_iter().map(|good| counts.standing(good)).sum(),
            latency: counts.latency.clone(),
            met,
            why,
        });
        climb.learn(rate, met);
        if met || climb.met.is_none() {
            found.counts = (counts, took);
        }
        if tally.is_ended() {
            break;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::Climb;

    /// The rates that are tried where all up to `limit` meet the objective.
    fn tried(from: u32, to: u32, limit: u32) -> Vec<u32> {
        let mut climb = Climb { met: None, unmet: None, from, to };
        let mut tried = Vec::new();
        while let Some(rate) = climb.next() {
            tried.push(rate);
            climb.learn(rate, rate <= limit);
        }
        tried
    }

    #[test]
    fn the_highest_rate_is_found_to_a_twentieth() {
        assert_eq!(tried(10, 1000, 100), [10, 20, 40, 80, 160, 120, 100, 110, 105]);
        assert_eq!(tried(10, 50, 1000), [10, 20, 40, 50]);
        assert_eq!(tried(10, 50, 5), [10]);
        assert_eq!(tried(1, 8, 3), [1, 2, 4, 3]);
    }
}
