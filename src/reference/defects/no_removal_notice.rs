//! Nobody is told that a token was taken from their account.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "no-removal-notice",
    what: "Nobody is told that a token was taken from their account.",
    breaks: &["notice.factor-removed"],
};
