//! A code of a counter is searched for far ahead.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "unbounded-look-ahead",
    what: "A code of a counter is searched for far ahead.",
    breaks: &["rfc4226.bounded-look-ahead"],
};
