//! The secret in the key URI is written with padding.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "secret-padded",
    what: "The secret in the key URI is written with padding.",
    breaks: &["key-uri.no-padding"],
};
