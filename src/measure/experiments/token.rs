//! The token's codes: how long, how often new, and how early or late they may be.

use super::{Experiment, nothing};
use crate::domain::persona::MobileOnFile;
use crate::domain::{Act, Reply, Soon};
use crate::measure::finding::{Measured, NotMeasured, Unit, Value};
use crate::measure::lab::Lab;
use crate::measure::search::{self, Held};
use crate::measure::visitor::{accepts, odd};
use std::time::Duration;

pub(super) static EXPERIMENT: Experiment = Experiment {
    name: "token",
    how: "codes are read off devices whose clocks are set ahead or back, and submitted",
    price: nothing,
    run,
};

/// The longest time step that is looked for, in seconds.
const LONGEST_PERIOD: u32 = 600;

/// The most steps that are tried to either side.
const MOST_STEPS: u64 = 64;

fn run(lab: &mut Lab) -> Soon<'_, Vec<Measured>> {
    Box::pin(async move {
        let declared = lab.declared().clone();
        let (digits, period) = match read(lab).await {
            Ok((digits, period)) => (Ok(digits), period),
            Err(error) => (Err(error.clone()), Err(error)),
        };
        lab.period = period.as_ref().ok().copied();
        let back = search::limit(lab, back, MOST_STEPS).await.map(reach);
        let ahead = search::limit(lab, ahead, MOST_STEPS).await.map(reach);
        let row = |name, unit, claim: Option<u64>, found| {
            Measured::new((name, unit), claim.map(Value::Exactly), found, lab.slack())
        };
        let digits = digits.map(Value::Exactly);
        let claims = (declared.token_digits, declared.token_window);
        let (claimed_digits, claimed_window) = (claims.0.map(u64::from), claims.1.map(u64::from));
        vec![
            row("token_digits", Unit::Digits, claimed_digits, digits),
            row("token_period", Unit::Seconds, declared.token_period, period.map(Value::Exactly)),
            row("token_window", Unit::Steps, claimed_window, wider(back.clone(), ahead.clone())),
            row("token_look_back", Unit::Steps, None, back),
            row("token_look_ahead", Unit::Steps, None, ahead),
        ]
    })
}

/// The length of the device's codes, and the seconds between two changes of them.
async fn read(lab: &mut Lab) -> Result<(u64, Result<u64, NotMeasured>), NotMeasured> {
    let mut visitor = lab.newcomer(MobileOnFile::Given).await?;
    let token = lab.enrol(&mut visitor).await?;
    let mut shown = lab.read_code(&token.device).await?;
    let digits = shown.reveal().len() as u64;
    let mut first_change = None;
    for seconds in 1..=2 * LONGEST_PERIOD {
        lab.act(&token.device, Act::SetClockSkew(i64::from(seconds) * 1000)).await?;
        let code = lab.read_code(&token.device).await?;
        if code == shown {
            continue;
        }
        shown = code;
        match first_change {
            None => first_change = Some(seconds),
            Some(first) => return Ok((digits, Ok(u64::from(seconds - first)))),
        }
    }
    Ok((digits, Err(NotMeasured::Missing("the device's code does not change"))))
}

/// The steps that were accepted.
fn reach(limit: Value) -> Value {
    match limit {
        Value::Between { held, .. } => Value::Exactly(held),
        other => other,
    }
}

/// The wider side of the window: a claim names one number for both.
fn wider(
    back: Result<Value, NotMeasured>,
    ahead: Result<Value, NotMeasured>,
) -> Result<Value, NotMeasured> {
    Ok(match (back?, ahead?) {
        (open @ Value::AtLeast(_), _) | (_, open @ Value::AtLeast(_)) => open,
        (Value::Exactly(back), Value::Exactly(ahead)) => Value::Exactly(back.max(ahead)),
        (other, _) => other,
    })
}

fn back(lab: &mut Lab, steps: u64) -> Soon<'_, Result<Held, NotMeasured>> {
    Box::pin(async move { trial(lab, steps, -1).await })
}

fn ahead(lab: &mut Lab, steps: u64) -> Soon<'_, Result<Held, NotMeasured>> {
    Box::pin(async move { trial(lab, steps, 1).await })
}

/// Submits the code of `steps` before or after the present one.
async fn trial(lab: &mut Lab, steps: u64, sign: i64) -> Result<Held, NotMeasured> {
    let period = lab.period.ok_or(NotMeasured::Missing("the time step is not known"))?;
    let mut visitor = lab.newcomer(MobileOnFile::Given).await?;
    let token = lab.enrol(&mut visitor).await?;
    if token.has_spent {
        // A code used while enrolling ends all earlier ones: their step must lie far enough back.
        lab.advance(Duration::from_secs((steps + 2) * period)).await?;
    }
    let ms = i64::try_from(steps * period * 1000).unwrap_or(i64::MAX);
    lab.act(&token.device, Act::SetClockSkew(sign * ms)).await?;
    let reply = lab.sign_in(&mut visitor).await?;
    if !matches!(reply, Reply::TokenRequired { .. }) {
        return Err(odd("sign_in", &reply));
    }
    let code = lab.read_code(&token.device).await?;
    let reply = lab.submit(&visitor, code).await?;
    Ok(if accepts(&reply) { Held::Yes } else { Held::No })
}
