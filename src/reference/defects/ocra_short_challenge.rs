//! Challenges have four digits.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "ocra-short-challenge",
    what: "Challenges have four digits.",
    breaks: &["ocra.challenge-length"],
};
