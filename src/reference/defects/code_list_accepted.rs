//! A list in the place of a code is searched for the right one.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "code-list-accepted",
    what: "A list in the place of a code is searched for the right one.",
    breaks: &["input.list-refused"],
};
