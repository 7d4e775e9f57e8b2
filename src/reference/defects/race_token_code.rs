//! A code of the token is checked first and spent later.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "race-token-code",
    what: "A code of the token is checked first and spent later.",
    breaks: &["race.one-token-code-one-winner"],
};
