//! The SMS has the user name beside the PIN.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "user-name-in-sms",
    what: "The SMS has the user name beside the PIN.",
    breaks: &["sms.no-user-name"],
};
