//! The SMS with the PIN needs two messages on the air.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "long-sms",
    what: "The SMS with the PIN needs two messages on the air.",
    breaks: &["sms.single-segment"],
};
