//! A PIN is taken for a second factor.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "assurance-overstated",
    what: "A PIN is taken for a second factor.",
    breaks: &["guide.pin-is-no-second-factor"],
};
