//! The key is shown again after the enrolment is complete.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "secret-shown-again",
    what: "The key is shown again after the enrolment is complete.",
    breaks: &["enrolment.seed-not-shown-again"],
};
