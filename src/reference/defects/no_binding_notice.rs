//! Nobody is told that a token was bound.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "no-binding-notice",
    what: "Nobody is told that a token was bound.",
    breaks: &["nist.binding-notice"],
};
