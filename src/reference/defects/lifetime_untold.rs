//! The SMS does not say how long the PIN is good.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "lifetime-untold",
    what: "The SMS does not say how long the PIN is good.",
    breaks: &["sms.lifetime-told"],
};
