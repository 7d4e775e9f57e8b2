//! Wrong passwords are not counted.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "passwords-unlimited",
    what: "Wrong passwords are not counted.",
    breaks: &["nist.password-failures-capped"],
};
