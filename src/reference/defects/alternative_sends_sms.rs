//! Alternative Authentication sends the PIN by SMS again.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "alternative-sends-sms",
    what: "Alternative Authentication sends the PIN by SMS again.",
    breaks: &["guide.alternative-authentication"],
};
