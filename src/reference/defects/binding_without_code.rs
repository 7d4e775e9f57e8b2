//! An authenticator app is bound whatever code is typed.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "binding-without-code",
    what: "An authenticator app is bound whatever code is typed.",
    breaks: &["enrolment.binding-needs-proof", "enrolment.code-of-other-device"],
};
