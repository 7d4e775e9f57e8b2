//! A notification signs in to a locked account.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "push-while-locked",
    what: "A notification signs in to a locked account.",
    breaks: &["push.locked-out"],
};
