//! The token makes codes of eight digits, whatever is declared.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "token-digits-declared-wrongly",
    what: "The token makes codes of eight digits, whatever is declared.",
    breaks: &["claims.token-digits"],
};
