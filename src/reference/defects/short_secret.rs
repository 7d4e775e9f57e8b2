//! Keys for authenticator apps have 80 bits.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "short-secret",
    what: "Keys for authenticator apps have 80 bits.",
    breaks: &["key-uri.secret-length"],
};
