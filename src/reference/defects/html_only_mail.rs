//! Mails have no part of plain text.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "html-only-mail",
    what: "Mails have no part of plain text.",
    breaks: &["mail.plain-part"],
};
