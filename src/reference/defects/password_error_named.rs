//! A wrong password is refused as a malformed request, not as a denied one.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "password-error-named",
    what: "A wrong password is refused as a malformed request, not as a denied one.",
    breaks: &["privacy.factor-not-named"],
};
