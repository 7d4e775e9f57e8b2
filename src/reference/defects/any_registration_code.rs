//! Any well-formed registration code completes the activation.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "any-registration-code",
    what: "Any well-formed registration code completes the activation.",
    breaks: &["guide.registration-code-completes"],
};
