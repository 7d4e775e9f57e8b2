//! Reads a key URI as one family of apps does.

use super::{EscapedColon, IssuerFrom, Liberty, MissingCounter, Parameter, Plus, Quirks, Spelling};
use crate::otp::{KeyUri, Kind, base32, percent};
use std::borrow::Cow;

/// What an app made of a URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it makes codes of.
    pub uri: KeyUri,
    /// The issuer under which it lists the key.
    pub issuer: Option<String>,
    /// The account under which it lists the key.
    pub account: String,
}

/// Why an app does not take a URI, and what would help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Refused {
    /// Why.
    pub why: String,
    /// What to write instead.
    pub fix: &'static str,
}

fn refused<T>(why: impl Into<String>, fix: &'static str) -> Result<T, Refused> {
    Err(Refused { why: why.into(), fix })
}

impl Quirks {
    /// Reads `text` as this family does.
    pub fn read(&self, text: &str) -> Result<Reading, Refused> {
        let text = self.cut(text);
        let (head, query) = text.split_once('?').unwrap_or((text, ""));
        let mut parameters: Vec<(&str, Cow<'_, str>)> = query
            .split('&')
            .filter_map(|one| one.split_once('='))
            .map(|(name, value)| (name, Cow::Borrowed(value)))
            .collect();
        self.read_secret(&mut parameters)?;
        self.read_algorithm(&mut parameters)?;
        self.refuse_unknown(&parameters)?;
        parameters.retain(|(name, _)| !self.overlooks(name));
        let is_counter =
            head.get(..15).is_some_and(|start| start.eq_ignore_ascii_case("otpauth://hotp/"));
        if is_counter && self.refuses_counters {
            return refused("it has no counters", "use totp, which every app knows");
        }
        let has_counter = parameters.iter().any(|(name, _)| *name == "counter");
        if is_counter && !has_counter && self.missing_counter == MissingCounter::Zero {
            parameters.push(("counter", Cow::Borrowed("0")));
        }
        let query: Vec<String> =
            parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (uri, _) = KeyUri::parse(&format!("{head}?{}", query.join("&")))
            .map_err(|error| Refused { why: error.to_string(), fix: "write a whole key URI" })?;
        if self.refuses_algorithms.contains(&uri.algorithm) {
            let why = format!("it does not know {}", uri.algorithm);
            return refused(why, "use SHA1, which every app knows");
        }
        if uri.key.bytes().len() < self.secret.least_bytes {
            return refused("the secret is too short", "use a secret of 20 bytes");
        }
        self.listed(uri, head)
    }

    fn cut<'a>(&self, text: &'a str) -> &'a str {
        match self.longest {
            Some(most) if text.len() > most => &text[..text.floor_char_boundary(most)],
            _ => text,
        }
    }

    fn read_secret(&self, parameters: &mut Vec<(&str, Cow<'_, str>)>) -> Result<(), Refused> {
        if self.loses_last_secret && parameters.last().is_some_and(|(name, _)| *name == "secret") {
            parameters.pop();
            let why = "it does not see a secret that stands last";
            return refused(why, "put another parameter behind the secret");
        }
        let Some((_, value)) = parameters.iter().find(|(name, _)| *name == "secret") else {
            return Ok(());
        };
        let secret = percent::decode(value).unwrap_or_default();
        let Ok((_, taken)) = base32::decode_lenient(&secret) else { return Ok(()) };
        let rules = [
            (self.secret.padding, base32::Liberty::Padding, "leave the = out"),
            (self.secret.lower_case, base32::Liberty::LowerCase, "write the secret in capitals"),
            (self.secret.spaces, base32::Liberty::Spaces, "leave the spaces out"),
            (self.secret.hyphens, base32::Liberty::Hyphens, "leave the hyphens out"),
        ];
        match rules.iter().find(|(rule, at, _)| *rule == Liberty::Refused && taken.contains(at)) {
            Some((_, liberty, fix)) => refused(format!("it takes no secret with {liberty}"), fix),
            None => Ok(()),
        }
    }

    fn read_algorithm(&self, parameters: &mut Vec<(&str, Cow<'_, str>)>) -> Result<(), Refused> {
        let Some(at) = parameters.iter().position(|(name, _)| *name == "algorithm") else {
            return Ok(());
        };
        let name = parameters[at].1.clone();
        let lower = name.contains(|c: char| c.is_ascii_lowercase());
        let hyphen = name.contains(['-', '_']);
        for (spelling, seen) in
            [(self.lower_case_algorithm, lower), (self.hyphenated_algorithm, hyphen)]
        {
            match spelling {
                Spelling::Refused if seen => {
                    let why = format!("it does not know an algorithm spelt {name}");
                    return refused(why, "write SHA1, SHA256 or SHA512");
                }
                Spelling::TakenForSha1 if seen => {
                    parameters.retain(|(name, _)| *name != "algorithm");
                    return Ok(());
                }
                Spelling::Accepted | Spelling::Refused | Spelling::TakenForSha1 => {}
            }
        }
        Ok(())
    }

    fn refuse_unknown(&self, parameters: &[(&str, Cow<'_, str>)]) -> Result<(), Refused> {
        const KNOWN: [&str; 6] = ["secret", "issuer", "algorithm", "digits", "period", "counter"];
        match parameters.iter().find(|(name, _)| !KNOWN.contains(name)) {
            Some((name, _)) if self.refuses_unknown => {
                let why = format!("it does not know the parameter {name}");
                refused(why, "leave out what the format does not define")
            }
            _ => Ok(()),
        }
    }

    fn overlooks(&self, name: &str) -> bool {
        let parameter = match name {
            "algorithm" => Parameter::Algorithm,
            "digits" => Parameter::Digits,
            "period" => Parameter::Period,
            "issuer" => Parameter::Issuer,
            _ => return false,
        };
        self.ignores.contains(&parameter)
    }

    /// Under which names the key is listed; `head` is the URI up to the parameters.
    fn listed(&self, uri: KeyUri, head: &str) -> Result<Reading, Refused> {
        let label = head.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
        let label = label.map_or("", |(_, label)| label);
        let separator = match self.label.escaped_colon {
            EscapedColon::PartOfName => label.split_once(':'),
            EscapedColon::Separates => {
                label.split_once(':').or(label.split_once("%3A")).or(label.split_once("%3a"))
            }
        };
        let (issuer, account) = match separator {
            Some((issuer, account)) => (Some(self.name_of(issuer)), self.name_of(account)),
            None => (None, self.name_of(label)),
        };
        let account = account.trim_start_matches(' ').to_owned();
        if self.label.second_colon == Liberty::Refused
            && (account.contains(':') || issuer.as_deref().is_some_and(|one| one.contains(':')))
        {
            return refused("it takes no names with a colon", "leave colons out of the names");
        }
        let parameter = uri.issuer.as_deref().map(|issuer| self.spaced(issuer));
        let (issuer, account) = match self.label.issuer_from {
            IssuerFrom::Both => (parameter.or(issuer), account),
            IssuerFrom::Parameter => match (parameter, issuer) {
                (None, Some(issuer)) => (None, format!("{issuer}:{account}")),
                (parameter, _) => (parameter, account),
            },
        };
        Ok(Reading { uri, issuer, account })
    }

    fn name_of(&self, escaped: &str) -> String {
        if !self.label.decoded {
            return escaped.to_owned();
        }
        self.spaced(&percent::decode(escaped).unwrap_or_else(|_| escaped.to_owned()))
    }

    fn spaced(&self, name: &str) -> String {
        match self.label.plus {
            Plus::Plus => name.to_owned(),
            Plus::Space => name.replace('+', " "),
        }
    }
}

impl Reading {
    /// What differs from `meant` in the codes that are shown; nothing if they are the same.
    #[must_use]
    pub fn differs(&self, meant: &KeyUri) -> Option<&'static str> {
        let same_kind = match (self.uri.kind, meant.kind) {
            (Kind::Totp { period }, Kind::Totp { period: other }) => period == other,
            (Kind::Hotp { counter }, Kind::Hotp { counter: other }) => counter == other,
            (Kind::Totp { .. }, Kind::Hotp { .. }) | (Kind::Hotp { .. }, Kind::Totp { .. }) => {
                false
            }
        };
        let differences = [
            (self.uri.key != meant.key, "secret"),
            (self.uri.algorithm != meant.algorithm, "algorithm"),
            (self.uri.digits != meant.digits, "digits"),
            (!same_kind, "period"),
        ];
        differences.into_iter().find(|(differs, _)| *differs).map(|(_, name)| name)
    }
}
