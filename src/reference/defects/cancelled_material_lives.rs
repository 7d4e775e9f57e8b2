//! Material of a cancelled enrolment still activates.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "cancelled-material-lives",
    what: "Material of a cancelled enrolment still activates.",
    breaks: &["enrolment.cancelled-material-dead"],
};
