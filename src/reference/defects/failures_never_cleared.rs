//! A right code does not clear the wrong ones before it.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "failures-never-cleared",
    what: "A right code does not clear the wrong ones before it.",
    breaks: &["nist.success-clears-failures"],
};
