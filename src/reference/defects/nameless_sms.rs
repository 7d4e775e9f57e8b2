//! The SMS does not say whose PIN it has.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "nameless-sms",
    what: "The SMS does not say whose PIN it has.",
    breaks: &["sms.names-service"],
};
