//! Mails have two dates.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect =
    Defect { name: "two-dates", what: "Mails have two dates.", breaks: &["mail.one-date"] };
