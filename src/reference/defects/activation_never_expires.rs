//! Activation material works however old it is.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "activation-never-expires",
    what: "Activation material works however old it is.",
    breaks: &["nist.binding-ten-minutes"],
};
