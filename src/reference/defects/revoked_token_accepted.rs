//! Codes of a token that was revoked are still accepted.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "revoked-token-accepted",
    what: "Codes of a token that was revoked are still accepted.",
    breaks: &["token.revoked-refused"],
};
