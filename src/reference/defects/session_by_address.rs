//! A session belongs to an address: all who share one are one.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "session-by-address",
    what: "A session belongs to an address: all who share one are one.",
    breaks: &["session.independent"],
};
