//! Any token is removed by its serial number, whosever it is.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "revoke-by-number-alone",
    what: "Any token is removed by its serial number, whosever it is.",
    breaks: &["wstg.revocation-own-only"],
};
