//! A confirmed notification signs in again and again.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "confirmed-push-reusable",
    what: "A confirmed notification signs in again and again.",
    breaks: &["push.single-use"],
};
