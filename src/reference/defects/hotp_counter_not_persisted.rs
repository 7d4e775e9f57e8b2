//! The counter is not written back: codes of earlier counters are accepted.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "hotp-counter-not-persisted",
    what: "The counter is not written back: codes of earlier counters are accepted.",
    breaks: &["rfc4226.earlier-counter-refused"],
};
