//! Each sign-in asks the same challenge.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "ocra-challenge-reused",
    what: "Each sign-in asks the same challenge.",
    breaks: &["ocra.challenge-fresh", "ocra.challenge-single-use"],
};
