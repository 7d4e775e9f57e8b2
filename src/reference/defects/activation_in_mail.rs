//! The password beside the QR code is mailed, too.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "activation-in-mail",
    what: "The password beside the QR code is mailed, too.",
    breaks: &["mail.no-binding-secrets"],
};
