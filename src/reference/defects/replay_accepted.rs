//! A code of the token is accepted again after it was used.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "replay-accepted",
    what: "A code of the token is accepted again after it was used.",
    breaks: &["rfc6238.single-use", "token.clone-single-use"],
};
