//! Material of an enrolment that was begun anew still activates.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "older-material-lives",
    what: "Material of an enrolment that was begun anew still activates.",
    breaks: &["enrolment.older-material-dead"],
};
