//! The requirements: one file per family, one line each in [`REQUIREMENTS`].

use super::Requirement;

/// Every requirement that can be judged.
pub static REQUIREMENTS: &[&Requirement] = &[];
