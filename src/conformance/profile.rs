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

/// Every profile, one line each.
pub static PROFILES: &[&Profile] = &[&GUIDE, &RFC_OTP, &ALL];

static GUIDE: Profile = Profile {
    name: "guide",
    title: "the enrolment guide, with what norms and good sense say where it is silent",
    includes: |requirement| !is_rfc(requirement),
};

static RFC_OTP: Profile = Profile {
    name: "rfc-otp",
    title: "RFC 4226 and RFC 6238, as far as a black box can decide them",
    includes: is_rfc,
};

static ALL: Profile =
    Profile { name: "all", title: "every requirement that can be judged", includes: |_| true };

fn is_rfc(requirement: &Requirement) -> bool {
    requirement.id.starts_with("rfc")
}

/// The profile called `name`.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Profile> {
    PROFILES.iter().copied().find(|profile| profile.name == name)
}

impl Profile {
    /// The requirements of this profile, in the order of the register.
    pub fn requirements(&self) -> impl Iterator<Item = &'static Requirement> {
        REQUIREMENTS.iter().copied().filter(|requirement| (self.includes)(requirement))
    }
}
