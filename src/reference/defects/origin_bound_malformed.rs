//! The last line of the SMS has two spaces where browsers take one.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "origin-bound-malformed",
    what: "The last line of the SMS has two spaces where browsers take one.",
    breaks: &["sms.origin-bound-well-formed"],
};
