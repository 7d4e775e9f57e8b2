//! Nobody gets a PIN who has no mobile number on file.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "no-pin-without-number",
    what: "Nobody gets a PIN who has no mobile number on file.",
    breaks: &["guide.email-without-number"],
};
