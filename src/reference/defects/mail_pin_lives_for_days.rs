//! A PIN by mail may be used for three days.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "mail-pin-lives-for-days",
    what: "A PIN by mail may be used for three days.",
    breaks: &["nist.address-confirmation-one-day"],
};
