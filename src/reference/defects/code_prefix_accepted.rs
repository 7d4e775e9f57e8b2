//! A PIN is accepted without its last digit.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "code-prefix-accepted",
    what: "A PIN is accepted without its last digit.",
    breaks: &["input.cut-code-refused"],
};
