//! Whatever follows the PIN is not looked at.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "code-compared-by-prefix",
    what: "Whatever follows the PIN is not looked at.",
    breaks: &["input.extended-code-refused"],
};
