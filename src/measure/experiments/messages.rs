//! How many messages one sign-in sends before no more are sent.

use super::{Experiment, nothing};
use crate::domain::persona::MobileOnFile;
use crate::domain::{Operation, Reply, Soon};
use crate::measure::finding::{Measured, NotMeasured, Unit, Value};
use crate::measure::lab::Lab;
use crate::measure::visitor::odd;

pub(super) static EXPERIMENT: Experiment = Experiment {
    name: "messages",
    how: "a code is asked for again and again, and the messages that come are counted",
    price: nothing,
    run,
};

/// The most messages that are asked for: who sends as many has no bound that helps anybody.
const MOST: u64 = 64;

fn run(lab: &mut Lab) -> Soon<'_, Vec<Measured>> {
    Box::pin(async move {
        let claim = lab.declared().messages.map(|messages| Value::Exactly(messages.into()));
        let found = count(lab).await;
        vec![Measured::new(("messages", Unit::Messages), claim, found, 0)]
    })
}

async fn count(lab: &mut Lab) -> Result<Value, NotMeasured> {
    let mut visitor = lab.newcomer(MobileOnFile::Given).await?;
    let mut reply = lab.sign_in(&mut visitor).await?;
    if !matches!(reply, Reply::CodeRequired { .. }) {
        return Err(odd("sign_in", &reply));
    }
    let mut messages = 0;
    while messages < MOST {
        let Reply::CodeRequired { channel, .. } = reply else {
            return Ok(Value::Exactly(messages));
        };
        let arrived = lab.codes(&visitor, channel).await.len() as u64;
        if arrived == 0 {
            // Some subjects say nothing and just send no more.
            return Ok(Value::Exactly(messages));
        }
        messages += arrived;
        reply = lab.ask(&visitor.session, Operation::ResendCode).await?;
    }
    Ok(Value::AtLeast(messages))
}
