//! A PIN is sent as a number, without its leading zeros.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "leading-zero-dropped",
    what: "A PIN is sent as a number, without its leading zeros.",
    breaks: &["code.right-code-accepted"],
};
