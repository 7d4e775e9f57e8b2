//! Nothing at all is accepted once the PIN has expired and is gone.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "empty-code-accepted",
    what: "Nothing at all is accepted once the PIN has expired and is gone.",
    breaks: &["input.empty-code-refused"],
};
