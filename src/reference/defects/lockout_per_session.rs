//! Wrong codes are counted for each session on its own.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "lockout-per-session",
    what: "Wrong codes are counted for each session on its own.",
    breaks: &["rfc4226.throttle-across-sessions"],
};
