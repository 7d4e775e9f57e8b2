//! Alternative Authentication sends the very code that went by SMS.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "same-code-on-every-channel",
    what: "Alternative Authentication sends the very code that went by SMS.",
    breaks: &["code.one-secret-per-channel"],
};
