//! Notices have a code in them.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "notice-with-code",
    what: "Notices have a code in them.",
    breaks: &["notice.no-secret"],
};
