//! The signing certificate is created after the first factor alone.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "certificate-before-second-factor",
    what: "The signing certificate is created after the first factor alone.",
    breaks: &["guide.certificate-after-second-factor"],
};
