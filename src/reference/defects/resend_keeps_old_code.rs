//! The earlier PIN stays valid after another one was asked for.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "resend-keeps-old-code",
    what: "The earlier PIN stays valid after another one was asked for.",
    breaks: &["code.superseded-by-resend"],
};
