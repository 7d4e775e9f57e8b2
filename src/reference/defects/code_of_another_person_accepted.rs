//! A PIN that was sent to one person signs another in.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "code-of-another-person-accepted",
    what: "A PIN that was sent to one person signs another in.",
    breaks: &["code.bound-to-person"],
};
