//! One sign-in may ask for as many messages as it likes.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "unlimited-messages",
    what: "One sign-in may ask for as many messages as it likes.",
    breaks: &["asvs.code-requests-limited"],
};
