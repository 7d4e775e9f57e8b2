//! Codes of tokens are compared as numbers with their leading zeros lost.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "leading-zero-lost",
    what: "Codes of tokens are compared as numbers with their leading zeros lost.",
    breaks: &["rfc4226.leading-zeros"],
};
