//! The page shows the mobile number, and the PIN goes by mail.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "shown-channel-lies",
    what: "The page shows the mobile number, and the PIN goes by mail.",
    breaks: &["delivery.right-channel", "delivery.shown-channel-is-used"],
};
