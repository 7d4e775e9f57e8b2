//! Activation material is checked first and spent later.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "race-activation",
    what: "Activation material is checked first and spent later.",
    breaks: &["race.one-activation-one-winner"],
};
