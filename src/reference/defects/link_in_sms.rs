//! The SMS with the PIN has a link.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "link-in-sms",
    what: "The SMS with the PIN has a link.",
    breaks: &["sms.no-link"],
};
