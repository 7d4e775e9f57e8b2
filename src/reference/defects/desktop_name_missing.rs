//! The address on the page tells no name.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "desktop-name-missing",
    what: "The address on the page tells no name.",
    breaks: &["guide.desktop-name"],
};
