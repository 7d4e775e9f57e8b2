//! Signing out leaves the session signed in.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "sign-out-keeps-session",
    what: "Signing out leaves the session signed in.",
    breaks: &["session.ends-at-sign-out"],
};
