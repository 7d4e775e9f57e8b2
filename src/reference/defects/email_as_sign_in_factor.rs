//! A PIN by mail is declared to be a factor of every sign-in.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "email-as-sign-in-factor",
    what: "A PIN by mail is declared to be a factor of every sign-in.",
    breaks: &["nist.email-not-out-of-band"],
};
