//! The page that asks for the PIN carries it.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "code-in-page",
    what: "The page that asks for the PIN carries it.",
    breaks: &["privacy.code-not-shown"],
};
