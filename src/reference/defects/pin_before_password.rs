//! A PIN is sent although the password was wrong.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "pin-before-password",
    what: "A PIN is sent although the password was wrong.",
    breaks: &["guide.no-pin-without-password"],
};
