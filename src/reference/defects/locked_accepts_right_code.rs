//! A locked account is opened by the right code.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "locked-accepts-right-code",
    what: "A locked account is opened by the right code.",
    breaks: &["lockout.right-code-refused"],
};
