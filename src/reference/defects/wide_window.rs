//! Codes of the token are accepted ten steps early or late.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "wide-window",
    what: "Codes of the token are accepted ten steps early or late.",
    breaks: &["rfc6238.one-step-window"],
};
