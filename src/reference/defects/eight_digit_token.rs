//! The token makes codes of eight digits, whatever is declared.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "eight-digit-token",
    what: "The token makes codes of eight digits, whatever is declared.",
    breaks: &["claims.token-digits"],
};
