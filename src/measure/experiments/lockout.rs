//! For how long a lock lasts, and whether an administrator can lift it.

use super::{A_DAY, Experiment};
use crate::domain::persona::MobileOnFile;
use crate::domain::{Declared, Operation, Reply, Soon};
use crate::measure::finding::{Measured, NotMeasured, Unit, Value};
use crate::measure::lab::Lab;
use crate::measure::search::{self, Held};
use crate::measure::visitor::{Visitor, accepts};
use std::time::Duration;

pub(super) static EXPERIMENT: Experiment = Experiment {
    name: "lockout",
    how: "an account is locked by wrong codes and tried again with right ones, later and later",
    price,
    run,
};

const NO_LOCK: NotMeasured = NotMeasured::Missing("no lock was seen");

fn price(declared: &Declared) -> Duration {
    declared.lockout.filter(|seconds| *seconds > 0).map_or(Duration::ZERO, search::price)
}

fn run(lab: &mut Lab) -> Soon<'_, Vec<Measured>> {
    Box::pin(async move {
        let seconds = lab.declared().lockout;
        let claim = seconds.map(|seconds| match seconds {
            0 => Value::UntilLifted,
            seconds => Value::Exactly(seconds),
        });
        let (found, remark) = measure(lab, seconds.filter(|seconds| *seconds > 0)).await;
        let row = Measured::new(("lockout", Unit::Seconds), claim, found, lab.slack());
        vec![match remark {
            Some(remark) => row.remarked(remark),
            None => row,
        }]
    })
}

async fn measure(
    lab: &mut Lab,
    claim: Option<u64>,
) -> (Result<Value, NotMeasured>, Option<&'static str>) {
    if lab.attempts.is_none() {
        return (Err(NO_LOCK), None);
    }
    let at_once = match trial(lab, 0).await {
        Ok(Held::Yes) => search::lifetime(lab, trial, (claim, A_DAY)).await,
        Ok(Held::No | Held::Gone) => {
            let only = "the sign-in under way ends, the account is not locked";
            return (Ok(Value::Exactly(0)), Some(only));
        }
        Err(error) => Err(error),
    };
    if !matches!(at_once, Ok(Value::AtLeast(_))) {
        return (at_once, None);
    }
    let remark = match is_lifted(lab).await {
        Ok(true) => "still locked after the longest wait; an administrator lifts it",
        Ok(false) => "still locked after the longest wait, and after an administrator's unlock",
        Err(_) => "still locked after the longest wait",
    };
    (at_once, Some(remark))
}

fn trial(lab: &mut Lab, seconds: u64) -> Soon<'_, Result<Held, NotMeasured>> {
    Box::pin(async move {
        let mut visitor = locked(lab).await?;
        lab.advance(Duration::from_secs(seconds)).await?;
        Ok(if is_let_in(lab, &mut visitor).await? { Held::No } else { Held::Yes })
    })
}

/// Somebody whose account has had all the wrong codes that it takes.
async fn locked(lab: &mut Lab) -> Result<Visitor, NotMeasured> {
    let attempts = lab.attempts.ok_or(NO_LOCK)?;
    let mut visitor = lab.newcomer(MobileOnFile::Given).await?;
    let code = lab.sign_in_for_code(&mut visitor).await?;
    lab.submit_wrong(&visitor, &code, attempts).await?;
    Ok(visitor)
}

/// Whether a new sign-in with the right code succeeds.
async fn is_let_in(lab: &mut Lab, visitor: &mut Visitor) -> Result<bool, NotMeasured> {
    let reply = lab.sign_in(visitor).await?;
    if !matches!(reply, Reply::CodeRequired { .. }) {
        return Ok(false);
    }
    let code = lab.code_after("sign_in", &reply, visitor).await?;
    Ok(accepts(&lab.submit(visitor, code).await?))
}

async fn is_lifted(lab: &mut Lab) -> Result<bool, NotMeasured> {
    let mut visitor = locked(lab).await?;
    let user = visitor.persona.user.clone();
    lab.ask("harness", Operation::Unlock { user }).await?;
    is_let_in(lab, &mut visitor).await
}
