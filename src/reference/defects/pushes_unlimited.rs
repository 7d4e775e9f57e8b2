//! Notifications are sent as often as somebody asks.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "pushes-unlimited",
    what: "Notifications are sent as often as somebody asks.",
    breaks: &["push.limited", "asvs.push-bombing"],
};
