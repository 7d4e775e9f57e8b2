//! Delivered PINs are made of odd digits only.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "biased-codes",
    what: "Delivered PINs are made of odd digits only.",
    breaks: &["code.every-digit"],
};
