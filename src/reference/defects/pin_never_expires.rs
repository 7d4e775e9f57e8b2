//! A PIN works however old it is.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "pin-never-expires",
    what: "A PIN works however old it is.",
    breaks: &["nist.oob-ten-minutes"],
};
