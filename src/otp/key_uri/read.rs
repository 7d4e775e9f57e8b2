//! The lenient reader of key URIs.

use super::{Algorithm, Digits, Key, KeyUri, Kind, Label, Liberty, NotKeyUri, Period};
use crate::domain::Secret;
use crate::otp::{base32, percent};

/// Reads `text`; see [`KeyUri::parse`].
pub(super) fn read(text: &str) -> Result<(KeyUri, Vec<Liberty>), NotKeyUri> {
    if text.len() > KeyUri::MOST_BYTES {
        return Err(NotKeyUri::TooLong);
    }
    let mut taken = Vec::new();
    let parts = Parts::of(text, &mut taken)?;
    let label = read_label(parts.label, &mut taken)?;
    let mut given = Given::of(parts.query)?;
    let key = read_secret(&mut given, &mut taken)?;
    let issuer = read_issuer(&mut given, &label, &mut taken);
    let algorithm = read_algorithm(&mut given, &mut taken)?;
    let digits = read_digits(&mut given)?;
    let kind = read_kind(parts.kind, &mut given, &mut taken)?;
    let others = given.others;
    Ok((KeyUri { kind, label, key, issuer, algorithm, digits, others }, taken))
}

/// The two types, before their parameter is known.
#[derive(Clone, Copy)]
enum Type {
    Totp,
    Hotp,
}

/// The URI in pieces, still escaped.
struct Parts<'a> {
    kind: Type,
    label: &'a str,
    query: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str, taken: &mut Vec<Liberty>) -> Result<Self, NotKeyUri> {
        let (scheme, rest) = text.split_once("://").ok_or(NotKeyUri::Scheme)?;
        if !scheme.eq_ignore_ascii_case("otpauth") {
            return Err(NotKeyUri::Scheme);
        }
        let (rest, fragment) = cut(rest, '#');
        let (path, query) = cut(rest, '?');
        let (kind_name, label) = cut(path, '/');
        let kind = match kind_name {
            name if name.eq_ignore_ascii_case("totp") => Type::Totp,
            name if name.eq_ignore_ascii_case("hotp") => Type::Hotp,
            _ => return Err(NotKeyUri::Kind),
        };
        let (label, query) = (label.unwrap_or(""), query.unwrap_or(""));
        let upper = [scheme, kind_name].concat().contains(|c: char| c.is_ascii_uppercase());
        let noted = [
            (upper, Liberty::Case),
            (fragment.is_some(), Liberty::Fragment),
            (rest.contains(wants_escape), Liberty::Unescaped),
            (rest.contains('+'), Liberty::PlusSign),
        ];
        taken.extend(noted.into_iter().filter(|(seen, _)| *seen).map(|(_, liberty)| liberty));
        Ok(Self { kind, label, query })
    }
}

/// `text` up to the first `separator`, and what follows it, if it is there.
fn cut(text: &str, separator: char) -> (&str, Option<&str>) {
    match text.split_once(separator) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// Characters that RFC 3986 allows nowhere in a path or a query.
fn wants_escape(c: char) -> bool {
    !c.is_ascii_graphic() || matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
}

fn read_label(escaped: &str, taken: &mut Vec<Liberty>) -> Result<Label, NotKeyUri> {
    let decoded = percent::decode(escaped)?;
    let text = if decoded.starts_with(':') {
        taken.push(Liberty::EmptyIssuer);
        decoded.trim_start_matches([':', ' '])
    } else {
        decoded.as_str()
    };
    // The separator may itself have been escaped: the format allows both ":" and "%3A".
    let (issuer, account) = match text.split_once(':') {
        Some((issuer, account)) => (Some(issuer.to_owned()), account.trim_start_matches(' ')),
        None => (None, text),
    };
    if account.contains(':') {
        taken.push(Liberty::ColonInAccount);
    }
    if account.is_empty() {
        taken.push(Liberty::NoAccount);
    }
    Ok(Label { issuer, account: account.to_owned() })
}

/// The parameters as they were given, unescaped.
#[derive(Default)]
struct Given {
    /// Those of [`KeyUri::NAMES`], each at most once. Any of them may turn out to be the secret.
    known: Vec<(&'static str, Secret)>,
    others: Vec<(String, String)>,
}

impl Given {
    fn of(query: &str) -> Result<Self, NotKeyUri> {
        let mut given = Self::default();
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = cut(parameter, '=');
            let name = percent::decode(name)?;
            let value = percent::decode(value.unwrap_or(""))?;
            match KeyUri::NAMES.into_iter().find(|known| *known == name) {
                None => given.others.push((name, value)),
                Some(known) if given.known.iter().any(|(name, _)| *name == known) => {
                    return Err(NotKeyUri::Repeated(known));
                }
                Some(known) => given.known.push((known, Secret::new(value))),
            }
        }
        Ok(given)
    }

    fn take(&mut self, name: &'static str) -> Option<Secret> {
        let at = self.known.iter().position(|(known, _)| *known == name)?;
        Some(self.known.swap_remove(at).1)
    }

    /// The whole number that `name` gives.
    fn take_number(&mut self, name: &'static str) -> Result<Option<u64>, NotKeyUri> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let text = value.reveal();
        // `parse` alone would take a sign.
        let number = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok());
        number.flatten().map(Some).ok_or_else(|| bad(name, text))
    }
}

fn read_secret(given: &mut Given, taken: &mut Vec<Liberty>) -> Result<Key, NotKeyUri> {
    let secret = given.take("secret").ok_or(NotKeyUri::Missing("secret"))?;
    let (bytes, liberties) = base32::decode_lenient(secret.reveal())?;
    if bytes.is_empty() {
        return Err(NotKeyUri::Missing("secret"));
    }
    taken.extend(liberties.into_iter().map(Liberty::Secret));
    Ok(Key::new(bytes))
}

fn read_issuer(given: &mut Given, label: &Label, taken: &mut Vec<Liberty>) -> Option<String> {
    let issuer = given.take("issuer")?.reveal().to_owned();
    if let Some(prefix) = label.issuer().filter(|prefix| *prefix != issuer) {
        let (label, parameter) = (prefix.to_owned(), issuer.clone());
        taken.push(Liberty::IssuersDiffer { label, parameter });
    }
    Some(issuer)
}

fn read_algorithm(given: &mut Given, taken: &mut Vec<Liberty>) -> Result<Algorithm, NotKeyUri> {
    let Some(value) = given.take("algorithm") else { return Ok(Algorithm::default()) };
    let name = value.reveal();
    // Seen in the field: sha1, SHA-1, HmacSHA1, HMAC-SHA-256.
    let plain = name.to_ascii_uppercase().replace(['-', '_'], "");
    let plain = plain.strip_prefix("HMAC").unwrap_or(&plain);
    let algorithm = Algorithm::ALL.into_iter().find(|algorithm| algorithm.to_string() == plain);
    let algorithm = algorithm.ok_or_else(|| bad("algorithm", name))?;
    if algorithm.to_string() != name {
        taken.push(Liberty::AlgorithmSpelling(name.to_owned()));
    }
    Ok(algorithm)
}

fn read_digits(given: &mut Given) -> Result<Digits, NotKeyUri> {
    let Some(number) = given.take_number("digits")? else { return Ok(Digits::default()) };
    let digits = u8::try_from(number).ok().and_then(|count| Digits::new(count).ok());
    digits.ok_or_else(|| bad("digits", &number.to_string()))
}

fn read_kind(kind: Type, given: &mut Given, taken: &mut Vec<Liberty>) -> Result<Kind, NotKeyUri> {
    let (kind, out_of_place) = match kind {
        Type::Totp => {
            let seconds = given.take_number("period")?;
            let period = seconds.map_or(Ok(Period::default()), Period::new);
            (Kind::Totp { period: period.map_err(|_| bad("period", "0"))? }, "counter")
        }
        Type::Hotp => {
            let counter = given.take_number("counter")?.ok_or(NotKeyUri::Missing("counter"))?;
            (Kind::Hotp { counter }, "period")
        }
    };
    if given.take(out_of_place).is_some() {
        taken.push(Liberty::OutOfPlace(out_of_place));
    }
    Ok(kind)
}

fn bad(name: &'static str, value: &str) -> NotKeyUri {
    NotKeyUri::Parameter { name, value: value.to_owned() }
}
