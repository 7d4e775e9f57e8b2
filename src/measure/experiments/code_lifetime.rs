//! For how long a delivered code may be used.

use super::{A_DAY, Experiment};
use crate::domain::persona::MobileOnFile;
use crate::domain::{Declared, Soon};
use crate::measure::finding::{Measured, NotMeasured, Unit, Value};
use crate::measure::lab::Lab;
use crate::measure::search::{self, Held};
use crate::measure::token::standing;
use std::time::Duration;

pub(super) static EXPERIMENT: Experiment = Experiment {
    name: "code-lifetime",
    how: "a code is submitted at an age that doubles until it is refused, then the gap is halved",
    price,
    run,
};

fn price(declared: &Declared) -> Duration {
    declared.code_lifetime.map_or(Duration::ZERO, search::price)
}

fn run(lab: &mut Lab) -> Soon<'_, Vec<Measured>> {
    Box::pin(async move {
        let claim = lab.declared().code_lifetime;
        let found = search::lifetime(lab, trial, (claim, A_DAY)).await;
        let open = matches!(found, Ok(Value::AtLeast(_)));
        let name = ("code_lifetime", Unit::Seconds);
        let row = Measured::new(name, claim.map(Value::Exactly), found, lab.slack());
        vec![if open { row.remarked("no longer one was found, or the session ended") } else { row }]
    })
}

fn trial(lab: &mut Lab, age: u64) -> Soon<'_, Result<Held, NotMeasured>> {
    Box::pin(async move {
        let mut visitor = lab.newcomer(MobileOnFile::Given).await?;
        let code = lab.sign_in_for_code(&mut visitor).await?;
        lab.advance(Duration::from_secs(age)).await?;
        Ok(standing(&lab.submit(&visitor, code).await?))
    })
}
