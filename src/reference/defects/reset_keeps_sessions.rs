//! Sessions go on after the factors were reset.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "reset-keeps-sessions",
    what: "Sessions go on after the factors were reset.",
    breaks: &["session.ends-at-reset"],
};
