//! Any number that is tapped at the app will do.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "push-number-ignored",
    what: "Any number that is tapped at the app will do.",
    breaks: &["push.number-decides"],
};
