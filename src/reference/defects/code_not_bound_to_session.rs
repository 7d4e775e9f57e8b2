//! A PIN that was sent for one sign-in is accepted in another of the same person.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "code-not-bound-to-session",
    what: "A PIN that was sent for one sign-in is accepted in another of the same person.",
    breaks: &["asvs.code-bound-to-request"],
};
