//! The app of a token that was taken away still answers notifications.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "revoked-phone-answers",
    what: "The app of a token that was taken away still answers notifications.",
    breaks: &["push.revoked-phone-refused"],
};
