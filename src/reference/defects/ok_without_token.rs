//! The OK button binds a token that no device has activated.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "ok-without-token",
    what: "The OK button binds a token that no device has activated.",
    breaks: &["guide.confirm-needs-token"],
};
