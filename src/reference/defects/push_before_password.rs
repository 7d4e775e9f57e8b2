//! A wrong password sends a notification too.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "push-before-password",
    what: "A wrong password sends a notification too.",
    breaks: &["push.nothing-before-password"],
};
