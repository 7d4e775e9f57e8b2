//! PINs have four digits.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "four-digit-pin",
    what: "PINs have four digits.",
    breaks: &["nist.oob-six-digits", "claims.code-digits"],
};
