//! A PIN fits every sign-in of its person and is spent late: two browsers at once both win.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "race-code",
    what: "A PIN fits every sign-in of its person and is spent late: two browsers at once both win.",
    breaks: &["race.one-code-one-winner"],
};
