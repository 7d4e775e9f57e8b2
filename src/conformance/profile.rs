//! Profiles: named choices of requirements.

use super::{EVIDENCE_NEEDED, EvidenceNeeded, REQUIREMENTS, Requirement};
use crate::domain::Role;

/// A named choice of requirements.
pub struct Profile {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it stands for, one sentence.
    pub title: &'static str,
    /// The profiles that it contains besides its own requirements.
    pub contains: &'static [&'static str],
}

/// Every profile, one line each.
pub static PROFILES: &[&Profile] = &[
    &GUIDE,
    &RFC_OTP,
    &RFC_OTP_EXTENDED,
    &NIST_AAL2,
    &ASVS_L1,
    &ASVS_L2,
    &ASVS_L3,
    &PSD2,
    &WSTG_MFA,
    &INTEROP_AUTHENTICATORS,
    &OTP_LIBRARY,
    &AUTHENTICATOR_APP,
    &CONSISTENT,
    &ALL,
];

/// The profiles that are judged by unless others are named: they need no choice and contradict
/// each other nowhere.
pub static DEFAULTS: &[&Profile] = &[&GUIDE, &RFC_OTP_EXTENDED];

static FOR_LIBRARIES: &[&Profile] = &[&OTP_LIBRARY];
static FOR_APPS: &[&Profile] = &[&AUTHENTICATOR_APP];

/// The profiles that what plays `role` is judged by unless others are named.
#[must_use]
pub fn defaults(role: Role) -> &'static [&'static Profile] {
    match role {
        Role::Server => DEFAULTS,
        Role::Library => FOR_LIBRARIES,
        Role::Token => FOR_APPS,
    }
}

static OTP_LIBRARY: Profile = Profile {
    name: "otp-library",
    title: "a library that makes and checks one-time codes: RFC 4226, RFC 6238, key URIs, base32",
    contains: &[],
};

static AUTHENTICATOR_APP: Profile = Profile {
    name: "authenticator-app",
    title: "an app that takes key URIs and QR codes and shows their codes",
    contains: &[],
};

static GUIDE: Profile = Profile {
    name: "guide",
    title: "the enrolment guide, with what norms and good sense say where it is silent",
    contains: &[],
};

static RFC_OTP: Profile = Profile {
    name: "rfc-otp",
    title: "RFC 4226, RFC 6238 and RFC 6287: what they demand",
    contains: &[],
};

static RFC_OTP_EXTENDED: Profile = Profile {
    name: "rfc-otp-extended",
    title: "the same with what they recommend",
    contains: &["rfc-otp"],
};

static NIST_AAL2: Profile = Profile {
    name: "nist-aal2",
    title: "NIST SP 800-63B-4 at assurance level 2: OTP, out-of-band codes, binding, throttling",
    contains: &[],
};

static ASVS_L1: Profile =
    Profile { name: "asvs-l1", title: "OWASP ASVS 5.0 chapter V6, level 1", contains: &[] };

static ASVS_L2: Profile = Profile {
    name: "asvs-l2",
    title: "OWASP ASVS 5.0 chapter V6, level 2",
    contains: &["asvs-l1"],
};

static ASVS_L3: Profile = Profile {
    name: "asvs-l3",
    title: "OWASP ASVS 5.0 chapter V6, level 3: no mail and no phone as a factor",
    contains: &["asvs-l1", "asvs-l2"],
};

static PSD2: Profile = Profile {
    name: "psd2",
    title: "Delegated Regulation (EU) 2018/389 on strong customer authentication",
    contains: &[],
};

static WSTG_MFA: Profile = Profile {
    name: "wstg-mfa",
    title: "OWASP Web Security Testing Guide, testing multi-factor authentication",
    contains: &[],
};

static INTEROP_AUTHENTICATORS: Profile = Profile {
    name: "interop-authenticators",
    title: "QR codes, key URIs and messages that every authenticator, phone and mail program reads",
    contains: &[],
};

static CONSISTENT: Profile = Profile {
    name: "consistent",
    title: "every requirement that can be kept together with the guide",
    contains: &[],
};

static ALL: Profile =
    Profile { name: "all", title: "every requirement; some contradict each other", contains: &[] };

/// The profile called `name`.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Profile> {
    PROFILES.iter().copied().find(|profile| profile.name == name)
}

impl Profile {
    /// Whether `requirement` belongs to it.
    #[must_use]
    pub fn includes(&self, requirement: &Requirement) -> bool {
        match self.name {
            "consistent" => {
                requirement.conflicts_with.is_empty() && requirement.role() == Role::Server
            }
            _ => self.has_any(requirement.profiles),
        }
    }

    /// The requirements of this profile that a black box decides, in the order of the register.
    pub fn requirements(&self) -> impl Iterator<Item = &'static Requirement> {
        REQUIREMENTS.iter().copied().filter(|requirement| self.includes(requirement))
    }

    /// The requirements of this profile that no black box decides.
    pub fn evidence_needed(&self) -> impl Iterator<Item = &'static EvidenceNeeded> {
        EVIDENCE_NEEDED.iter().filter(|needed| self.has_any(needed.profiles))
    }

    /// Pairs of requirements, one of this profile and one of `other`, that cannot both be kept.
    #[must_use]
    pub fn conflicts_with(
        &self,
        other: &Self,
    ) -> Vec<(&'static Requirement, &'static Requirement)> {
        let theirs: Vec<&'static Requirement> = other.requirements().collect();
        let contradicts = |one: &Requirement, other: &Requirement| {
            one.conflicts_with.contains(&other.id) || other.conflicts_with.contains(&one.id)
        };
        self.requirements()
            .flat_map(|one| theirs.iter().map(move |other| (one, *other)))
            .filter(|(one, other)| contradicts(one, other))
            .collect()
    }

    fn has_any(&self, names: &[&str]) -> bool {
        self.name == ALL.name
            || names.iter().any(|name| *name == self.name || self.contains.contains(name))
    }
}
