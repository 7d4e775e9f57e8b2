//! Signing in anew forgets the wrong codes so far.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "right-password-clears-failures",
    what: "Signing in anew forgets the wrong codes so far.",
    breaks: &["rfc4226.throttle-across-sessions"],
};
