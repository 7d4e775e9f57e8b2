//! The code that confirmed the enrolment signs in as well.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "enrolment-code-reused",
    what: "The code that confirmed the enrolment signs in as well.",
    breaks: &["enrolment.code-not-reused"],
};
