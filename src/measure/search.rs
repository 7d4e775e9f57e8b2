//! Finding where something ends: by doubling, then by halving the gap, with a fresh person at
//! each step.

use super::finding::{NotMeasured, Value};
use super::lab::Lab;
use crate::domain::Soon;
use crate::subject::ClockMode;
use std::time::Duration;

/// What one probe shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// It still holds.
    Yes,
    /// It no longer does.
    No,
    /// Something else ended first, the session for one: nothing is shown about larger values.
    Gone,
}

/// A probe at a given age, number or distance.
pub(super) type Trial = for<'a> fn(&'a mut Lab, u64) -> Soon<'a, Result<Held, NotMeasured>>;

/// Seconds by which a real wait stays clear of the moment that is claimed.
const CLEARANCE: u64 = 2;

/// The largest value at which `trial` holds, with its neighbour at which it does not; nothing
/// beyond `most` is tried.
///
/// It must hold at 0: else the experiment does not show what it is for.
pub(super) async fn limit(lab: &mut Lab, trial: Trial, most: u64) -> Result<Value, NotMeasured> {
    if trial(lab, 0).await? != Held::Yes {
        return Err(NotMeasured::Odd("it does not hold even without a wait or failure".to_owned()));
    }
    let (mut held, mut ended, mut next) = (0, None, 1);
    while ended.is_none() && held < most {
        match trial(lab, next).await? {
            Held::Yes => held = next,
            other => ended = Some((next, other)),
        }
        next = next.saturating_mul(2).min(most);
    }
    let Some((mut ended, mut how)) = ended else { return Ok(Value::AtLeast(held)) };
    while ended - held > 1 {
        let middle = held + (ended - held) / 2;
        match trial(lab, middle).await? {
            Held::Yes => held = middle,
            other => (ended, how) = (middle, other),
        }
    }
    Ok(if how == Held::Gone { Value::AtLeast(held) } else { Value::Between { held, ended } })
}

/// The same for times in seconds. Where the clock cannot be moved only the claim is tried, shortly
/// before and shortly after, if there is patience for it.
pub(super) async fn lifetime(
    lab: &mut Lab,
    trial: Trial,
    (claim, most): (Option<u64>, u64),
) -> Result<Value, NotMeasured> {
    if lab.clock_mode() != ClockMode::Real {
        return limit(lab, trial, most).await;
    }
    let claim = claim.ok_or(NotMeasured::NoClock)?;
    lab.affords(price(claim))?;
    let (before, after) = (claim.saturating_sub(CLEARANCE), claim + CLEARANCE);
    match trial(lab, before).await? {
        Held::Yes => {}
        Held::No => return Ok(Value::Between { held: 0, ended: before }),
        Held::Gone => return Ok(Value::AtLeast(0)),
    }
    Ok(match trial(lab, after).await? {
        Held::Yes => Value::AtLeast(after),
        Held::No => Value::Between { held: before, ended: after },
        Held::Gone => Value::AtLeast(before),
    })
}

/// What trying a claim of so many seconds costs in real time.
pub(super) fn price(claim: u64) -> Duration {
    Duration::from_secs(claim.saturating_mul(2).saturating_add(CLEARANCE))
}
