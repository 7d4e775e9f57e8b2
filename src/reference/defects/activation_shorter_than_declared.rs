//! Activation material dies after two fifths of the declared time.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "activation-shorter-than-declared",
    what: "Activation material dies after two fifths of the declared time.",
    breaks: &["claims.activation-lifetime"],
};
