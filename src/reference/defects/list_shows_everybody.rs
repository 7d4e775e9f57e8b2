//! The list of tokens shows those of others too.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "list-shows-everybody",
    what: "The list of tokens shows those of others too.",
    breaks: &["wstg.list-own-only"],
};
