//! A key URI for codes of a counter names no counter.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "counter-missing",
    what: "A key URI for codes of a counter names no counter.",
    breaks: &["key-uri.counter-present"],
};
