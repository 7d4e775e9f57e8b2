//! An account is locked two wrong codes before the declared number.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "fewer-attempts-than-declared",
    what: "An account is locked two wrong codes before the declared number.",
    breaks: &["claims.attempts"],
};
