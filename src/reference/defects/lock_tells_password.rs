//! A locked account still tells whether the password was right.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "lock-tells-password",
    what: "A locked account still tells whether the password was right.",
    breaks: &["lockout.password-not-told"],
};
