//! The search for the highest rate that meets an objective, rung by rung as [`Climb`] says.

use super::ground::Ground;
use super::objective::Objective;
use super::plan::{Climb, Plan};
use super::record::{Counts, Rung, Standing};
use super::tally::Tally;
use crate::domain::clock::Stopwatch;
use std::time::Duration;

/// What came of a search.
pub struct Found {
    /// Each rate that was tried.
    pub ladder: Vec<Rung>,
    /// What was counted at the highest rate that met the objective, else at the last one; and how
    /// long it took.
    pub counts: (Counts, Duration),
    /// Since when the subject was gone, if it was, from the beginning of the search.
    pub gone_after: Option<Duration>,
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
    let mut climb = Climb::between(from, to);
    let mut rung = plan.clone();
    let counts = (Counts::over(each), Duration::ZERO);
    let mut found = Found { ladder: Vec::new(), counts, gone_after: None };
    let stopwatch = Stopwatch::start();
    while let Some(rate) = climb.next() {
        rung = rung.then_at_rate(rate, each);
        let tally = Tally::new(rung.counts_from(), each);
        on_rung(rate, &tally);
        let counts_from = stopwatch.elapsed() + rung.counts_from();
        ground.drive(&rung, &tally).await?;
        let (counts, took) = tally.counts();
        let due = rung.arrivals().unwrap_or_default();
        found.gone_after = tally.gone_after().map(|after| counts_from + after);
        if tally.is_ended() {
            if found.gone_after.is_some() {
                let why = "the subject was gone".to_owned();
                found.ladder.push(judged(rate, due, &counts, (false, why)));
            }
            // Where somebody ended it, that says nothing of the rate.
            if !climb.has_met() {
                found.counts = (counts, took);
            }
            break;
        }
        let (met, why) = objective.judge(&counts, due, (each, took));
        found.ladder.push(judged(rate, due, &counts, (met, why)));
        climb.learn(rate, met);
        if met || !climb.has_met() {
            found.counts = (counts, took);
        }
    }
    Ok(found)
}

/// What is kept of one rate of which `due` verifications were due.
fn judged(rate: u32, due: u64, counts: &Counts, (met, why): (bool, String)) -> Rung {
    let [good, refused, accepted_though, failed] =
        [Standing::Succeeded, Standing::AsItShould, Standing::AcceptedThough, Standing::Failed]
            .map(|standing| counts.standing(standing));
    Rung {
        per_second: rate,
        arrivals: due,
        succeeded: good + refused,
        accepted_though,
        failed,
        latency: counts.latency.clone(),
        met,
        why,
    }
}
