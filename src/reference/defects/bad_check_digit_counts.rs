//! A slip of the finger in a registration code counts as an attack.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "bad-check-digit-counts",
    what: "A slip of the finger in a registration code counts as an attack.",
    breaks: &["enrolment.slip-costs-nothing"],
};
