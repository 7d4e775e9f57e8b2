//! The SMS has the PIN twice.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "code-twice-in-sms",
    what: "The SMS has the PIN twice.",
    breaks: &["sms.code-once"],
};
