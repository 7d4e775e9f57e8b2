//! Nobody is told that somebody knows their password and not their token.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "half-sign-in-untold",
    what: "Nobody is told that somebody knows their password and not their token.",
    breaks: &["notice.one-factor-only"],
};
