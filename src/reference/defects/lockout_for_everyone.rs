//! One locked account locks all.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "lockout-for-everyone",
    what: "One locked account locks all.",
    breaks: &["lockout.only-the-guessed"],
};
