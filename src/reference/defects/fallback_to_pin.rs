//! Somebody with a token may ask for a PIN instead and is signed in by it.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "fallback-to-pin",
    what: "Somebody with a token may ask for a PIN instead and is signed in by it.",
    breaks: &["guide.no-fallback-to-pin"],
};
