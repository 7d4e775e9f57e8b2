//! No certificate is created, whatever was proven.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "certificate-refused",
    what: "No certificate is created, whatever was proven.",
    breaks: &["guide.certificate-created"],
};
