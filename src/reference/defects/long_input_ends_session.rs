//! Ten thousand characters instead of a PIN end the session.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "long-input-ends-session",
    what: "Ten thousand characters instead of a PIN end the session.",
    breaks: &["input.session-survives"],
};
