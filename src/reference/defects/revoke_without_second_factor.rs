//! A token is removed before the second factor.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "revoke-without-second-factor",
    what: "A token is removed before the second factor.",
    breaks: &["wstg.revocation-protected"],
};
