//! The counter stays where it is: a code of it can be used again.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "hotp-counter-stuck",
    what: "The counter stays where it is: a code of it can be used again.",
    breaks: &["rfc4226.counter-moves"],
};
