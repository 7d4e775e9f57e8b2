//! The right PIN signs in without setting up a second factor.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "enrolment-not-forced",
    what: "The right PIN signs in without setting up a second factor.",
    breaks: &["guide.enrolment-forced"],
};
