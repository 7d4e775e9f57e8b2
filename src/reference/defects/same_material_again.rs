//! An enrolment begun again shows the material of the first.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "same-material-again",
    what: "An enrolment begun again shows the material of the first.",
    breaks: &["enrolment.fresh-material"],
};
