//! The answer to a sign-in of somebody unknown has a field of its own.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "unknown-user-body",
    what: "The answer to a sign-in of somebody unknown has a field of its own.",
    breaks: &["privacy.unknown-user-alike"],
};
