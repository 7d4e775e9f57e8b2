//! Wrong codes and passwords are never counted.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "no-lockout",
    what: "Wrong codes and passwords are never counted.",
    breaks: &["rfc4226.throttle"],
};
