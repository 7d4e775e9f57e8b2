//! A certificate is created by somebody who has shown a password only.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "certificate-at-token-step",
    what: "A certificate is created by somebody who has shown a password only.",
    breaks: &["guide.certificate-after-second-factor"],
};
