//! A header field of every mail is longer than any server takes.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "long-line-mail",
    what: "A header field of every mail is longer than any server takes.",
    breaks: &["mail.line-length"],
};
