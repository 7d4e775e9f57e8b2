//! Notices go to the first person in the directory, whoever they are about.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "notice-to-another",
    what: "Notices go to the first person in the directory, whoever they are about.",
    breaks: &["notice.to-registered-address"],
};
