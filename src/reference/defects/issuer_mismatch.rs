//! The issuer parameter names another issuer than the label.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "issuer-mismatch",
    what: "The issuer parameter names another issuer than the label.",
    breaks: &["key-uri.issuer-agrees"],
};
