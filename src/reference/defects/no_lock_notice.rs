//! Nobody is told that their account was locked.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "no-lock-notice",
    what: "Nobody is told that their account was locked.",
    breaks: &["notice.locked"],
};
