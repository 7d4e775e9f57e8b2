//! A confirmed notification signs in whichever browser asks first.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "push-signs-in-any-session",
    what: "A confirmed notification signs in whichever browser asks first.",
    breaks: &["push.bound-to-session"],
};
