//! A wrong password is refused as a wrong code is, not as any sign-in that is denied.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "password-error-named",
    what: "A wrong password is refused as a wrong code is, not as any sign-in that is denied.",
    breaks: &["privacy.factor-not-named"],
};
