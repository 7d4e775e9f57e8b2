//! A registration code completes whichever enrolment it is typed into.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "registration-code-of-another",
    what: "A registration code completes whichever enrolment it is typed into.",
    breaks: &["enrolment.registration-code-bound"],
};
