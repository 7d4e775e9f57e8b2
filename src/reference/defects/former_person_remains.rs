//! Signing in where somebody is signed in keeps what they had proven.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "former-person-remains",
    what: "Signing in where somebody is signed in keeps what they had proven.",
    breaks: &["session.sign-in-starts-over"],
};
