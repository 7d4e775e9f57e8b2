//! A message that could not be sent ends the sign-in.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "no-other-channel-after-failure",
    what: "A message that could not be sent ends the sign-in.",
    breaks: &["delivery.other-channel-after-failure"],
};
