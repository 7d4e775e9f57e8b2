//! The PIN goes to somebody else who has an account.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "pin-to-another",
    what: "The PIN goes to somebody else who has an account.",
    breaks: &["delivery.right-recipient"],
};
