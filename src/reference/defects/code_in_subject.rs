//! The PIN stands in the subject of the mail, which a locked phone shows.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "code-in-subject",
    what: "The PIN stands in the subject of the mail, which a locked phone shows.",
    breaks: &["mail.code-not-in-subject"],
};
