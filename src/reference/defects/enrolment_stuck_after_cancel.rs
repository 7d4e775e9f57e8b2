//! A cancelled enrolment cannot be begun again.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "enrolment-stuck-after-cancel",
    what: "A cancelled enrolment cannot be begun again.",
    breaks: &["enrolment.can-begin-again"],
};
