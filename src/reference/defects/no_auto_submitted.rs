//! Mails do not say that no person wrote them.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "no-auto-submitted",
    what: "Mails do not say that no person wrote them.",
    breaks: &["mail.auto-submitted"],
};
