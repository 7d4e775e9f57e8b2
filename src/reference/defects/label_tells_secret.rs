//! The label of the key URI holds the secret.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "label-tells-secret",
    what: "The label of the key URI holds the secret.",
    breaks: &["key-uri.label-no-secret"],
};
