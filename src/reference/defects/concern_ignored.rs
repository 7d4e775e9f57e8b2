//! After a concern was raised at the app, notifications go on.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "concern-ignored",
    what: "After a concern was raised at the app, notifications go on.",
    breaks: &["push.concern-stops"],
};
