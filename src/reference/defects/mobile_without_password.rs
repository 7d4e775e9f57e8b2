//! The page for the mobile app shows no password beside the QR code.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "mobile-without-password",
    what: "The page for the mobile app shows no password beside the QR code.",
    breaks: &["guide.mobile-material"],
};
