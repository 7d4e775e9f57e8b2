//! One sign-in may send one message more than declared.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "one-message-more",
    what: "One sign-in may send one message more than declared.",
    breaks: &["claims.messages"],
};
