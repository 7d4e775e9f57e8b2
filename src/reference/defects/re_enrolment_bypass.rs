//! Somebody with a token may enrol another one before showing a code.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "re-enrolment-bypass",
    what: "Somebody with a token may enrol another one before showing a code.",
    breaks: &["wstg.enrolment-protected"],
};
