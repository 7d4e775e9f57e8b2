//! What a code by mail is: a part of every sign-in, or a confirmation of the address.

use super::{Experiment, nothing};
use crate::domain::declared::EmailPin;
use crate::domain::persona::MobileOnFile;
use crate::domain::{Channel, Reply, Soon};
use crate::measure::finding::{Measured, NotMeasured, Unit, Value};
use crate::measure::lab::Lab;
use crate::measure::visitor::odd;

pub(super) static EXPERIMENT: Experiment = Experiment {
    name: "email-pin",
    how: "somebody without a mobile number enrols a token and signs in again",
    price: nothing,
    run,
};

fn run(lab: &mut Lab) -> Soon<'_, Vec<Measured>> {
    Box::pin(async move {
        let claim = lab.declared().email_pin.map(|pin| Value::Word(word(pin)));
        let found = role(lab).await.map(|pin| Value::Word(word(pin)));
        vec![Measured::new(("email_pin", Unit::Choice), claim, found, 0)]
    })
}

fn word(pin: EmailPin) -> &'static str {
    match pin {
        EmailPin::SignInFactor => "sign-in factor",
        EmailPin::AddressConfirmation => "address confirmation",
    }
}

async fn role(lab: &mut Lab) -> Result<EmailPin, NotMeasured> {
    let mut visitor = lab.newcomer(MobileOnFile::NotGiven).await?;
    lab.enrol(&mut visitor).await?;
    match lab.sign_in(&mut visitor).await? {
        Reply::CodeRequired { channel: Channel::Email, .. } => Ok(EmailPin::SignInFactor),
        Reply::TokenRequired { .. } => Ok(EmailPin::AddressConfirmation),
        other => Err(odd("sign_in", &other)),
    }
}
