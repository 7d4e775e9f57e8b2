//! Codes for authenticator apps last 90 seconds.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "long-period",
    what: "Codes for authenticator apps last 90 seconds.",
    breaks: &["rfc6238.period-30", "key-uri.safe-parameters"],
};
