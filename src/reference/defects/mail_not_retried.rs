//! A mail that the server cannot take now is given up, and nobody is told.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "mail-not-retried",
    what: "A mail that the server cannot take now is given up, and nobody is told.",
    breaks: &["delivery.temporary-failure-retried"],
};
