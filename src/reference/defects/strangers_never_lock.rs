//! Names that nobody has are never locked, so a lock tells who exists.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "strangers-never-lock",
    what: "Names that nobody has are never locked, so a lock tells who exists.",
    breaks: &["privacy.unknown-user-locks-alike"],
};
