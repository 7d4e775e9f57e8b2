//! A notification that is cancelled at the app signs in all the same.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "cancelled-push-signs-in",
    what: "A notification that is cancelled at the app signs in all the same.",
    breaks: &["push.refusal-respected"],
};
