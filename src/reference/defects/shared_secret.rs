//! Everybody who sets up an authenticator app gets the same key.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "shared-secret",
    what: "Everybody who sets up an authenticator app gets the same key.",
    breaks: &["rfc6238.unique-keys"],
};
