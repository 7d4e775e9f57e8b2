//! A session that nobody uses stays signed in.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "session-never-idles",
    what: "A session that nobody uses stays signed in.",
    breaks: &["psd2.idle-five-minutes", "nist.idle-one-hour"],
};
