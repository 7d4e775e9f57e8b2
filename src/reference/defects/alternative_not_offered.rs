//! The page that asks for the PIN offers no other channel.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "alternative-not-offered",
    what: "The page that asks for the PIN offers no other channel.",
    breaks: &["guide.alternative-offered"],
};
