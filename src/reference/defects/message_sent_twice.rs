//! Each PIN is sent twice.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "message-sent-twice",
    what: "Each PIN is sent twice.",
    breaks: &["delivery.once"],
};
