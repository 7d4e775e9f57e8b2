//! A message that the provider refused is said to have been sent.

use crate::reference::Defect;

/// See the module.
pub static DEFECT: Defect = Defect {
    name: "failed-delivery-claimed",
    what: "A message that the provider refused is said to have been sent.",
    breaks: &["delivery.failure-told"],
};
