//! The first PIN goes by mail although a mobile number is on file.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "email-although-number-on-file",
    what: "The first PIN goes by mail although a mobile number is on file.",
    breaks: &["guide.sms-first"],
};
