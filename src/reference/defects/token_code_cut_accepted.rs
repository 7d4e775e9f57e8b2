//! A code of the token is accepted without its last digit.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "token-code-cut-accepted",
    what: "A code of the token is accepted without its last digit.",
    breaks: &["rfc4226.six-digits"],
};
