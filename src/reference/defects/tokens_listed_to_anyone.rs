//! Tokens are listed before the second factor.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "tokens-listed-to-anyone",
    what: "Tokens are listed before the second factor.",
    breaks: &["wstg.token-list-protected"],
};
