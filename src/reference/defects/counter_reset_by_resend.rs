//! Asking for another PIN forgets the wrong ones so far.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "counter-reset-by-resend",
    what: "Asking for another PIN forgets the wrong ones so far.",
    breaks: &["nist.new-secret-keeps-count"],
};
