//! A PIN is sent although a code of the token is asked for.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "pin-sent-beside-token",
    what: "A PIN is sent although a code of the token is asked for.",
    breaks: &["guide.no-pin-beside-token"],
};
