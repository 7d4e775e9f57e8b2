//! Delivered PINs come from a counter.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "sequential-codes",
    what: "Delivered PINs come from a counter.",
    breaks: &["code.not-sequential"],
};
