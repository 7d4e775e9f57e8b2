//! A certificate is created while the token is still being set up.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "certificate-while-activating",
    what: "A certificate is created while the token is still being set up.",
    breaks: &["guide.certificate-not-while-activating"],
};
