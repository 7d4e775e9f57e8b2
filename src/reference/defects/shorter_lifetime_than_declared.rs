//! A PIN dies after two fifths of the declared time.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "shorter-lifetime-than-declared",
    what: "A PIN dies after two fifths of the declared time.",
    breaks: &["claims.code-lifetime"],
};
