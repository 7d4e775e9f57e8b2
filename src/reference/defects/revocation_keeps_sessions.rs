//! Other sessions go on after a token was removed.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "revocation-keeps-sessions",
    what: "Other sessions go on after a token was removed.",
    breaks: &["session.removal-ends-others"],
};
