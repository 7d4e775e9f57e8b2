//! The place of the PIN in the message stays empty.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "code-left-out",
    what: "The place of the PIN in the message stays empty.",
    breaks: &["delivery.code-in-message"],
};
