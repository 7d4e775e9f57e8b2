//! A PIN is checked first and spent later: two at once both win.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "race-code",
    what: "A PIN is checked first and spent later: two at once both win.",
    breaks: &["race.one-code-one-winner"],
};
