//! The HTML part of the mail has another PIN than the plain text.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "html-code-differs",
    what: "The HTML part of the mail has another PIN than the plain text.",
    breaks: &["mail.parts-agree"],
};
