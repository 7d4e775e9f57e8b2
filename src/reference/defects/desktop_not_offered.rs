//! Only the mobile app is offered as second factor.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "desktop-not-offered",
    what: "Only the mobile app is offered as second factor.",
    breaks: &["guide.offers-both"],
};
