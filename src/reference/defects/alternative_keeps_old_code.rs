//! The PIN sent before Alternative Authentication goes on working.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "alternative-keeps-old-code",
    what: "The PIN sent before Alternative Authentication goes on working.",
    breaks: &["code.dead-after-channel-change"],
};
