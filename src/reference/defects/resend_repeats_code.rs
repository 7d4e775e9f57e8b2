//! A resend sends the same PIN again, although a new one is declared.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "resend-repeats-code",
    what: "A resend sends the same PIN again, although a new one is declared.",
    breaks: &["claims.resend"],
};
