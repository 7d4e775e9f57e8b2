//! What a resend does to the code before it.

use super::{Experiment, nothing};
use crate::domain::declared::Resend;
use crate::domain::persona::MobileOnFile;
use crate::domain::{Operation, Secret, Soon};
use crate::measure::finding::{Measured, NotMeasured, Unit, Value};
use crate::measure::lab::Lab;
use crate::measure::visitor::{Visitor, accepts};

pub(super) static EXPERIMENT: Experiment = Experiment {
    name: "resend",
    how: "two codes for one sign-in: one person types the older, another the newer",
    price: nothing,
    run,
};

fn run(lab: &mut Lab) -> Soon<'_, Vec<Measured>> {
    Box::pin(async move {
        let claim = lab.declared().resend.map(|resend| Value::Word(word(resend)));
        let found = policy(lab).await.map(|resend| Value::Word(word(resend)));
        vec![Measured::new(("resend", Unit::Choice), claim, found, 0)]
    })
}

fn word(resend: Resend) -> &'static str {
    match resend {
        Resend::Rotate => "rotate",
        Resend::Reuse => "reuse",
        Resend::Both => "both",
    }
}

async fn policy(lab: &mut Lab) -> Result<Resend, NotMeasured> {
    let (one, older, newer) = two_codes(lab).await?;
    if older == newer {
        return Ok(Resend::Reuse);
    }
    let is_older_good = accepts(&lab.submit(&one, older).await?);
    let (other, _, newest) = two_codes(lab).await?;
    if !accepts(&lab.submit(&other, newest).await?) {
        return Err(NotMeasured::Odd("the resent code was refused".to_owned()));
    }
    Ok(if is_older_good { Resend::Both } else { Resend::Rotate })
}

async fn two_codes(lab: &mut Lab) -> Result<(Visitor, Secret, Secret), NotMeasured> {
    let mut visitor = lab.newcomer(MobileOnFile::Given).await?;
    let older = lab.sign_in_for_code(&mut visitor).await?;
    let reply = lab.ask(&visitor.session, Operation::ResendCode).await?;
    let newer = lab.code_after("resend_code", &reply, &visitor).await?;
    Ok((visitor, older, newer))
}
