//! A notification may be answered for ever.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "push-never-expires",
    what: "A notification may be answered for ever.",
    breaks: &["nist.push-ten-minutes"],
};
