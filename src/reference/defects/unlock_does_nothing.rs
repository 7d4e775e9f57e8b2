//! A lock that an administrator lifts stays.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "unlock-does-nothing",
    what: "A lock that an administrator lifts stays.",
    breaks: &["lockout.unlock-restores"],
};
