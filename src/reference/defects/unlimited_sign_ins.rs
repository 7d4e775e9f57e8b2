//! A person's phone can be flooded by signing in again and again.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "unlimited-sign-ins",
    what: "A person's phone can be flooded by signing in again and again.",
    breaks: &["code.requests-limited-across-sign-ins"],
};
