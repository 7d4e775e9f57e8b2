//! A PIN that could not be sent stays good.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "code-survives-failed-delivery",
    what: "A PIN that could not be sent stays good.",
    breaks: &["delivery.dead-after-failure"],
};
