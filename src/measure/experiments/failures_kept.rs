//! Whether the count of wrong codes survives a new sign-in, and a new code.

use super::{Experiment, nothing};
use crate::domain::persona::MobileOnFile;
use crate::domain::{Operation, Reply, Soon};
use crate::measure::finding::{Measured, NotMeasured, Unit, Value};
use crate::measure::lab::Lab;
use crate::measure::visitor::{Visitor, accepts};

pub(super) static EXPERIMENT: Experiment = Experiment {
    name: "failures-kept",
    how: "all wrong codes but one, then a new sign-in or a new code, one more, then the right one",
    price: nothing,
    run,
};

/// How the second half is begun.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    SignIn,
    Resend,
}

fn run(lab: &mut Lab) -> Soon<'_, Vec<Measured>> {
    Box::pin(async move {
        let mut rows = Vec::new();
        for (name, again) in [
            ("failures_across_sessions", Again::SignIn),
            ("failures_across_resends", Again::Resend),
        ] {
            let found = are_kept(lab, again).await;
            let found = found.map(|kept| Value::Word(if kept { "kept" } else { "forgotten" }));
            rows.push(Measured::new((name, Unit::Choice), None, found, 0));
        }
        rows
    })
}

async fn are_kept(lab: &mut Lab, again: Again) -> Result<bool, NotMeasured> {
    let attempts = lab.attempts.ok_or(NotMeasured::Missing("no lock was seen"))?;
    if attempts < 2 {
        return Err(NotMeasured::Missing("one wrong code locks: there is nothing to keep"));
    }
    let mut visitor = lab.newcomer(MobileOnFile::Given).await?;
    let first = lab.sign_in_for_code(&mut visitor).await?;
    lab.submit_wrong(&visitor, &first, attempts - 1).await?;
    let Some(second) = another_code(lab, &mut visitor, again).await? else { return Ok(true) };
    lab.submit_wrong(&visitor, &second, 1).await?;
    Ok(!accepts(&lab.submit(&visitor, second).await?))
}

/// A new code; nothing if the subject refuses one, which is a way to keep count too.
async fn another_code(
    lab: &mut Lab,
    visitor: &mut Visitor,
    again: Again,
) -> Result<Option<crate::domain::Secret>, NotMeasured> {
    let reply = match again {
        Again::SignIn => lab.sign_in(visitor).await?,
        Again::Resend => lab.ask(&visitor.session, Operation::ResendCode).await?,
    };
    if matches!(reply, Reply::Rejected(_)) {
        return Ok(None);
    }
    lab.code_after("the second request", &reply, visitor).await.map(Some)
}
