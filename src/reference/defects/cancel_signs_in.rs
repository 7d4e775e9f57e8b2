//! Leaving the page that asks for the token's code signs in.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "cancel-signs-in",
    what: "Leaving the page that asks for the token's code signs in.",
    breaks: &["session.cancel-grants-nothing"],
};
