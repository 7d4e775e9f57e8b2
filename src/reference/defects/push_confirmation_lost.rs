//! A notification that was confirmed is never seen as confirmed.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "push-confirmation-lost",
    what: "A notification that was confirmed is never seen as confirmed.",
    breaks: &["push.confirmed-signs-in"],
};
