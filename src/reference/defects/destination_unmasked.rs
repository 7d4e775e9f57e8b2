//! The page shows the whole number or mailbox that the PIN went to.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "destination-unmasked",
    what: "The page shows the whole number or mailbox that the PIN went to.",
    breaks: &["privacy.destination-masked"],
};
