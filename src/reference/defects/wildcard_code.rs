//! The PIN is looked up as a pattern, so percent signs match it.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "wildcard-code",
    what: "The PIN is looked up as a pattern, so percent signs match it.",
    breaks: &["input.pattern-refused"],
};
