//! The page shows no number: a bare yes at the app signs in.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "push-without-number",
    what: "The page shows no number: a bare yes at the app signs in.",
    breaks: &["nist.push-number-shown"],
};
