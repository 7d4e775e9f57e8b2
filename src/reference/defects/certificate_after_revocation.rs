//! A certificate is created after the last token was removed.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "certificate-after-revocation",
    what: "A certificate is created after the last token was removed.",
    breaks: &["guide.certificate-not-after-removal"],
};
