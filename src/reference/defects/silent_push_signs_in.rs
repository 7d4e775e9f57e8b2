//! A notification that nobody answers counts as confirmed in the end.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "silent-push-signs-in",
    what: "A notification that nobody answers counts as confirmed in the end.",
    breaks: &["push.silence-grants-nothing"],
};
