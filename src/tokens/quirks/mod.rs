//! How authenticator apps misread key URIs: profiles of families of apps, each with its source.
//!
//! A profile is data (`profiles.yaml`). An app that is under one reads a URI as that family does:
//! it refuses it, makes other codes of it than were meant, or lists it under an odd name.

mod read;

pub use read::{Reading, Refused};

use crate::otp::Algorithm;
use serde::Deserialize;
use std::sync::LazyLock;

/// One family of apps, by what it does differently.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quirks {
    /// How scenarios call it.
    pub name: String,
    /// Who is like this, in neutral words.
    pub family: String,
    /// Where it was seen.
    pub source: String,
    #[serde(default)]
    ignores: Vec<Parameter>,
    #[serde(default)]
    refuses_algorithms: Vec<Algorithm>,
    #[serde(default)]
    lower_case_algorithm: Spelling,
    #[serde(default)]
    hyphenated_algorithm: Spelling,
    #[serde(default)]
    secret: SecretQuirks,
    #[serde(default)]
    loses_last_secret: bool,
    #[serde(default)]
    label: LabelQuirks,
    #[serde(default)]
    longest: Option<usize>,
    #[serde(default)]
    refuses_counters: bool,
    #[serde(default)]
    missing_counter: MissingCounter,
    #[serde(default)]
    refuses_unknown: bool,
}

/// A parameter that may be overlooked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Parameter {
    Algorithm,
    Digits,
    Period,
    Issuer,
}

/// What comes of an unusual spelling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Spelling {
    #[default]
    Accepted,
    Refused,
    TakenForSha1,
}

/// What comes of an unusual character.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Liberty {
    #[default]
    Accepted,
    Refused,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MissingCounter {
    #[default]
    Refused,
    Zero,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SecretQuirks {
    padding: Liberty,
    lower_case: Liberty,
    spaces: Liberty,
    hyphens: Liberty,
    least_bytes: usize,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LabelQuirks {
    decoded: bool,
    escaped_colon: EscapedColon,
    second_colon: Liberty,
    plus: Plus,
    issuer_from: IssuerFrom,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EscapedColon {
    Separates,
    PartOfName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Plus {
    Plus,
    Space,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum IssuerFrom {
    Both,
    Parameter,
}

impl Default for LabelQuirks {
    fn default() -> Self {
        Self {
            decoded: true,
            escaped_colon: EscapedColon::Separates,
            second_colon: Liberty::Accepted,
            plus: Plus::Plus,
            issuer_from: IssuerFrom::Both,
        }
    }
}

static PROFILES: LazyLock<Vec<Quirks>> = LazyLock::new(|| {
    #[allow(clippy::expect_used, reason = "the file is part of the program; a test reads it")]
    serde_yaml::from_str(include_str!("profiles.yaml")).expect("the profiles parse")
});

/// Every profile, in the order of the file.
#[must_use]
pub fn profiles() -> &'static [Quirks] {
    &PROFILES
}

/// The profile called `name`.
#[must_use]
pub fn named(name: &str) -> Option<&'static Quirks> {
    profiles().iter().find(|profile| profile.name == name)
}

#[cfg(test)]
mod tests {
    use super::profiles;
    use std::collections::BTreeSet;

    #[test]
    fn every_profile_has_a_name_of_its_own_and_a_source() {
        let names: BTreeSet<&str> = profiles().iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names.len(), profiles().len());
        assert!(names.len() >= 15);
        for one in profiles() {
            assert!(!one.family.is_empty() && !one.source.is_empty(), "{}", one.name);
            let plain =
                one.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            assert!(plain, "{}", one.name);
        }
    }
}
