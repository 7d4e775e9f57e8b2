//! Codes of the token are accepted one step earlier and later than declared.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "window-wider-than-declared",
    what: "Codes of the token are accepted one step earlier and later than declared.",
    breaks: &["claims.token-window"],
};
