//! Delivered PINs are reckoned from the second of the clock, the same for everybody.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "codes-from-clock",
    what: "Delivered PINs are reckoned from the second of the clock, the same for everybody.",
    breaks: &["code.not-shared"],
};
