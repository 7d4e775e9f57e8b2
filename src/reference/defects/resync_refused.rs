//! A counter that ran away cannot be brought back.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "resync-refused",
    what: "A counter that ran away cannot be brought back.",
    breaks: &["rfc4226.resync-exists"],
};
