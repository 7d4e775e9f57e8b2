//! How long a delivered code is: read off the harvest.

use super::{Experiment, nothing};
use crate::domain::Soon;
use crate::measure::finding::{Measured, NotMeasured, Unit, Value};
use crate::measure::lab::Lab;
use std::collections::BTreeSet;

pub(super) static EXPERIMENT: Experiment = Experiment {
    name: "code-digits",
    how: "the lengths of all harvested codes",
    price: nothing,
    run,
};

fn run(lab: &mut Lab) -> Soon<'_, Vec<Measured>> {
    Box::pin(async move {
        let claim = lab.declared().code_digits.map(|digits| Value::Exactly(digits.into()));
        let digits = |code: &str| code.bytes().all(|byte| byte.is_ascii_digit());
        let lengths: BTreeSet<usize> = lab.harvest.iter().map(|one| one.code.len()).collect();
        let found = match (lengths.first(), lengths.last()) {
            _ if !lab.harvest.iter().all(|one| digits(&one.code)) => {
                Err(NotMeasured::Missing("codes are not made of digits alone"))
            }
            (Some(least), Some(most)) => Ok(range(*least, *most)),
            _ => Err(NotMeasured::Missing("no code was harvested")),
        };
        vec![Measured::new(("code_digits", Unit::Digits), claim, found, 0)]
    })
}

fn range(least: usize, most: usize) -> Value {
    if least == most {
        return Value::Exactly(least as u64);
    }
    Value::Between { held: least as u64, ended: most as u64 }
}
