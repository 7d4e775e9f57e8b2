//! A second device can activate with material that was used.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "activation-reusable",
    what: "A second device can activate with material that was used.",
    breaks: &["nist.binding-single-use"],
};
