//! Nobody is told that a concern was raised at their app.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "concern-untold",
    what: "Nobody is told that a concern was raised at their app.",
    breaks: &["notice.push-concern"],
};
