//! A PIN typed with the space that people put into it is refused.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "exact-input-only",
    what: "A PIN typed with the space that people put into it is refused.",
    breaks: &["input.read-as-people-write"],
};
