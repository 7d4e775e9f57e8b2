//! Mails have the field From twice.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "two-senders",
    what: "Mails have the field From twice.",
    breaks: &["mail.one-from"],
};
