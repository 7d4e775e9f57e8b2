//! Profiles: named choices of requirements.

use super::{REQUIREMENTS, Requirement};

/// A named choice of requirements.
pub struct Profile {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it stands for, one sentence.
    pub title: &'static str,
    /// Whether a requirement belongs to it.
    pub includes: fn(&Requirement) -> bool,
}

impl Profile {
    /// The requirements of this profile, in the order of the register.
    pub fn requirements(&self) -> impl Iterator<Item = &'static Requirement> {
        REQUIREMENTS.iter().copied().filter(|requirement| (self.includes)(requirement))
    }
}
