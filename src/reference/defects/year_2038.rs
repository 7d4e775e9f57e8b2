//! Time steps are counted in 31 bits of seconds.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "year-2038",
    what: "Time steps are counted in 31 bits of seconds.",
    breaks: &["rfc6238.beyond-2038"],
};
