//! A PIN that was used once is accepted again at the next sign-in.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "pin-replay-accepted",
    what: "A PIN that was used once is accepted again at the next sign-in.",
    breaks: &["nist.oob-single-use"],
};
