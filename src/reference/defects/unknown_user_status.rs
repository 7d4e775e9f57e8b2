//! A sign-in of somebody unknown is answered with another HTTP status.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "unknown-user-status",
    what: "A sign-in of somebody unknown is answered with another HTTP status.",
    breaks: &["privacy.unknown-user-alike"],
};
