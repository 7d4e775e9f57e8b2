//! Key URIs `otpauth://TYPE/LABEL?PARAMETERS`, as authenticator apps read them.
//!
//! Read leniently with a list of the liberties taken, written strictly with every parameter
//! explicit. The format is the Google Authenticator wiki's "Key Uri Format".

use super::base32;
use super::{Algorithm, Digits, Key, Period};
use std::fmt;

/// A key URI in meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUri {
    /// Time-based or counter-based.
    pub kind: Kind,
    /// The issuer before the colon of the label.
    pub label_issuer: Option<String>,
    /// The account.
    pub account: String,
    /// The `issuer` parameter.
    pub issuer: Option<String>,
    /// The shared secret.
    pub secret: Key,
    /// The hash.
    pub algorithm: Algorithm,
    /// The length of a code.
    pub digits: Digits,
    /// Parameters that the format does not know, in order, decoded.
    pub unknown: Vec<(String, String)>,
}

/// What moves the code on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Time.
    Totp {
        /// The length of a step.
        period: Period,
    },
    /// A counter.
    Hotp {
        /// The first counter.
        counter: u64,
    },
}

/// What a lenient reader put up with; some apps would not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Liberty {
    /// The secret is written as [`base32::Liberty`] says.
    Secret(base32::Liberty),
    /// The algorithm is not spelt `SHA1`, `SHA256` or `SHA512`.
    AlgorithmSpelling(String),
    /// The issuer parameter and the issuer in the label differ.
    IssuersDiffer,
    /// The scheme or type is not in lower case.
    UpperCase,
}

/// Why a text is no key URI.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotKeyUri {
    /// Another scheme.
    #[error("it does not begin with otpauth://")]
    BadScheme,
    /// Longer than [`KeyUri::LONGEST`].
    #[error("it is longer than {} bytes", KeyUri::LONGEST)]
    TooLong,
    /// Neither `totp` nor `hotp`.
    #[error("the type `{0}` is neither totp nor hotp")]
    BadType(String),
    /// No secret.
    #[error("the parameter secret is missing or empty")]
    NoSecret,
    /// A secret that is no base32.
    #[error("the secret is no base32: {0}")]
    BadSecret(#[from] base32::NotBase32),
    /// HOTP without its first counter.
    #[error("hotp needs the parameter counter")]
    NoCounter,
    /// A parameter whose value cannot be meant.
    #[error("the parameter {name} has the value `{value}`")]
    BadValue {
        /// Which parameter.
        name: &'static str,
        /// Its value.
        value: String,
    },
}

/// The parameters as they stood, decoded.
type Parameters = Vec<(String, String)>;

impl KeyUri {
    /// The longest URI that is read, in bytes: the largest QR code holds 2,953.
    pub const LONGEST: usize = 4_096;

    /// Reads `uri`, with the liberties taken.
    ///
    /// # Errors
    /// [`NotKeyUri`] with what is wrong.
    pub fn parse(uri: &str) -> Result<(Self, Vec<Liberty>), NotKeyUri> {
        if uri.len() > Self::LONGEST {
            return Err(NotKeyUri::TooLong);
        }
        let (scheme, rest) = uri.trim().split_once("://").ok_or(NotKeyUri::BadScheme)?;
        if !scheme.eq_ignore_ascii_case("otpauth") {
            return Err(NotKeyUri::BadScheme);
        }
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (kind, label) = path.split_once('/').unwrap_or((path, ""));
        let mut liberties = Vec::new();
        if scheme != "otpauth" || kind.chars().any(|c| c.is_ascii_uppercase()) {
            liberties.push(Liberty::UpperCase);
        }
        let parameters = parameters(query);
        let (label_issuer, account) = split_label(&decoded(label));
        let parsed = Self {
            kind: read_kind(kind, &parameters)?,
            issuer: value(&parameters, "issuer").map(str::to_owned),
            secret: read_secret(&parameters, &mut liberties)?,
            algorithm: read_algorithm(&parameters, &mut liberties)?,
            digits: read_digits(&parameters)?,
            unknown: parameters.into_iter().filter(|(name, _)| !is_known(name)).collect(),
            label_issuer,
            account,
        };
        if matches!((&parsed.label_issuer, &parsed.issuer), (Some(a), Some(b)) if a != b) {
            liberties.push(Liberty::IssuersDiffer);
        }
        Ok((parsed, liberties))
    }

    /// Writes the URI, its secret readable, every parameter explicit.
    #[must_use]
    pub fn to_uri(&self) -> String {
        let (kind, moving) = match self.kind {
            Kind::Totp { period } => ("totp", format!("period={}", period.seconds())),
            Kind::Hotp { counter } => ("hotp", format!("counter={counter}")),
        };
        let prefix =
            self.label_issuer.as_ref().map(|issuer| encoded(issuer) + ":").unwrap_or_default();
        let issuer = self.issuer.as_ref().map(|issuer| format!("&issuer={}", encoded(issuer)));
        let unknown: String = self
            .unknown
            .iter()
            .map(|(name, value)| format!("&{}={}", encoded(name), encoded(value)))
            .collect();
        format!(
            "otpauth://{kind}/{prefix}{}?secret={}{}&algorithm={}&digits={}&{moving}{unknown}",
            encoded(&self.account),
            base32::encode(self.secret.bytes()),
            issuer.unwrap_or_default(),
            self.algorithm,
            self.digits.count(),
        )
    }
}

fn is_known(name: &str) -> bool {
    matches!(name, "secret" | "issuer" | "algorithm" | "digits" | "period" | "counter")
}

fn parameters(query: &str) -> Parameters {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn value<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

fn read_kind(kind: &str, parameters: &Parameters) -> Result<Kind, NotKeyUri> {
    let bad = |name, value: &str| NotKeyUri::BadValue { name, value: value.to_owned() };
    if kind.eq_ignore_ascii_case("totp") {
        let Some(text) = value(parameters, "period") else {
            return Ok(Kind::Totp { period: Period::DEFAULT });
        };
        let period = text.parse().ok().and_then(|seconds| Period::new(seconds).ok());
        return period.map(|period| Kind::Totp { period }).ok_or_else(|| bad("period", text));
    }
    if kind.eq_ignore_ascii_case("hotp") {
        let text = value(parameters, "counter").ok_or(NotKeyUri::NoCounter)?;
        let counter = text.parse().map_err(|_| bad("counter", text))?;
        return Ok(Kind::Hotp { counter });
    }
    Err(NotKeyUri::BadType(kind.to_owned()))
}

fn read_secret(parameters: &Parameters, liberties: &mut Vec<Liberty>) -> Result<Key, NotKeyUri> {
    let text = value(parameters, "secret").filter(|text| !text.is_empty());
    let (bytes, taken) = base32::decode_lenient(text.ok_or(NotKeyUri::NoSecret)?)?;
    if bytes.is_empty() {
        return Err(NotKeyUri::NoSecret);
    }
    liberties.extend(taken.into_iter().map(Liberty::Secret));
    Ok(Key::new(bytes))
}

fn read_algorithm(
    parameters: &Parameters,
    liberties: &mut Vec<Liberty>,
) -> Result<Algorithm, NotKeyUri> {
    let Some(text) = value(parameters, "algorithm") else { return Ok(Algorithm::default()) };
    let bad = || NotKeyUri::BadValue { name: "algorithm", value: text.to_owned() };
    let algorithm: Algorithm = text.parse().map_err(|_| bad())?;
    if algorithm.to_string() != text {
        liberties.push(Liberty::AlgorithmSpelling(text.to_owned()));
    }
    Ok(algorithm)
}

fn read_digits(parameters: &Parameters) -> Result<Digits, NotKeyUri> {
    let Some(text) = value(parameters, "digits") else { return Ok(Digits::SIX) };
    let digits = text.parse().ok().and_then(|count| Digits::new(count).ok());
    digits.ok_or_else(|| NotKeyUri::BadValue { name: "digits", value: text.to_owned() })
}

/// Splits at the first colon; spaces may stand before the account.
fn split_label(label: &str) -> (Option<String>, String) {
    match label.split_once(':') {
        Some((issuer, account)) => {
            (Some(issuer.to_owned()), account.trim_start_matches(' ').to_owned())
        }
        None => (None, label.to_owned()),
    }
}

/// Percent-decoding of RFC 3986: `+` stays a plus sign, a broken escape stays as it is.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        match pair.and_then(|pair| data_encoding::HEXLOWER_PERMISSIVE.decode(pair).ok()) {
            Some(byte) => {
                out.extend(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Percent-encoding of everything but RFC 3986's unreserved characters and `@`.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&data_encoding::HEXUPPER.encode(&[byte]));
        }
    }
    out
}

impl fmt::Display for Liberty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(base32::Liberty::LowerCase) => f.write_str("the secret is in lower case"),
            Self::Secret(base32::Liberty::Separators) => {
                f.write_str("the secret has spaces or hyphens")
            }
            Self::Secret(base32::Liberty::Padding) => f.write_str("the secret is padded with ="),
            Self::AlgorithmSpelling(text) => write!(f, "the algorithm is written `{text}`"),
            Self::IssuersDiffer => f.write_str("the issuer and the label's issuer differ"),
            Self::UpperCase => f.write_str("the scheme or type is not in lower case"),
        }
    }
}
