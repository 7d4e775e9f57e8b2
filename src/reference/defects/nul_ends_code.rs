//! A NUL character ends the comparison of the PIN.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "nul-ends-code",
    what: "A NUL character ends the comparison of the PIN.",
    breaks: &["input.extended-code-refused"],
};
