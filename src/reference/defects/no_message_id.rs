//! Mails have no message id.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "no-message-id",
    what: "Mails have no message id.",
    breaks: &["mail.message-id"],
};
