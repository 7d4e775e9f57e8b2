//! A person with a token still signs in by a PIN.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "pin-suffices-after-enrolment",
    what: "A person with a token still signs in by a PIN.",
    breaks: &["guide.token-after-enrolment"],
};
