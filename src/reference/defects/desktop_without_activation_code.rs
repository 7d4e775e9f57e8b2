//! The page for the desktop program shows no activation code.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "desktop-without-activation-code",
    what: "The page for the desktop program shows no activation code.",
    breaks: &["guide.desktop-material"],
};
