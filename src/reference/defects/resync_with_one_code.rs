//! The second code of a resynchronisation is not looked at.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "resync-with-one-code",
    what: "The second code of a resynchronisation is not looked at.",
    breaks: &["rfc4226.resync-consecutive"],
};
