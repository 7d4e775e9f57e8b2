//! A reset of the factors leaves the token bound.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "reset-keeps-token",
    what: "A reset of the factors leaves the token bound.",
    breaks: &["token.lost-then-reset"],
};
