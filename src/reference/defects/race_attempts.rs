//! Wrong codes are counted by reading, adding and writing: those at once count as one.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "race-attempts",
    what: "Wrong codes are counted by reading, adding and writing: those at once count as one.",
    breaks: &["race.every-guess-counts"],
};
