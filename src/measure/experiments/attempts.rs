//! How many wrong codes it takes until the right one is refused.

use super::{Experiment, nothing};
use crate::domain::Soon;
use crate::domain::persona::MobileOnFile;
use crate::measure::finding::{Measured, NotMeasured, Unit, Value};
use crate::measure::lab::Lab;
use crate::measure::search::{self, Held};
use crate::measure::visitor::accepts;

pub(super) static EXPERIMENT: Experiment = Experiment {
    name: "attempts",
    how: "different wrong codes, then the right one; fresh people until the number is found",
    price: nothing,
    run,
};

/// The most wrong codes that are tried in a row: NIST SP 800-63B §3.2.2 allows 100.
const MOST: u64 = 128;

fn run(lab: &mut Lab) -> Soon<'_, Vec<Measured>> {
    Box::pin(async move {
        let claim = lab.declared().attempts.map(|attempts| Value::Exactly(attempts.into()));
        let found = match search::limit(lab, trial, MOST).await {
            Ok(Value::Between { ended, .. }) => {
                lab.attempts = Some(ended);
                Ok(Value::Exactly(ended))
            }
            other => other,
        };
        vec![Measured::new(("attempts", Unit::WrongCodes), claim, found, 0)]
    })
}

fn trial(lab: &mut Lab, wrong: u64) -> Soon<'_, Result<Held, NotMeasured>> {
    Box::pin(async move {
        let mut visitor = lab.newcomer(MobileOnFile::Given).await?;
        let code = lab.sign_in_for_code(&mut visitor).await?;
        lab.submit_wrong(&visitor, &code, wrong).await?;
        let reply = lab.submit(&visitor, code).await?;
        Ok(if accepts(&reply) { Held::Yes } else { Held::No })
    })
}
