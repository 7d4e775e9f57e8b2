//! Key URIs: `otpauth://totp/Issuer:account?secret=…`, how keys reach an authenticator app.
//!
//! The format was never standardised; the reference is the "Key Uri Format" page of the
//! authenticator that introduced it. This module reads what is found in the field and says which
//! liberties it took, and writes every parameter out, so that no reader has to guess a default.

mod read;

use super::{Algorithm, Digits, Key, Period, base32, percent};
use crate::domain::Secret;
use std::fmt;

/// What a key URI says. Reading what [`KeyUri::to_uri`] wrote gives an equal value, as long as
/// that is at most [`KeyUri::MOST_BYTES`] long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUri {
    /// Time-based or counter-based, with the parameter that only this kind has.
    pub kind: Kind,
    /// Whose key this is, as an app lists it.
    pub label: Label,
    /// The shared secret.
    pub key: Key,
    /// The `issuer` parameter, which should equal the issuer in the label.
    pub issuer: Option<String>,
    /// The hash function.
    pub algorithm: Algorithm,
    /// The length of the codes.
    pub digits: Digits,
    others: Vec<(String, String)>,
}

/// What a code depends on beside the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Codes of the time (RFC 6238).
    Totp {
        /// The length of a time step.
        period: Period,
    },
    /// Codes of a counter (RFC 4226).
    Hotp {
        /// The counter of the next code.
        counter: u64,
    },
}

/// The part of a key URI that people read: `issuer:account`, or the account alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    issuer: Option<String>,
    account: String,
}

/// Why two texts make no label: a colon separates them, and nothing can hide it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLabel {
    /// The issuer would end at its own colon.
    #[error("an issuer holds no colon")]
    ColonInIssuer,
    /// What stands before the colon would be read as the issuer.
    #[error("an account without an issuer holds no colon")]
    ColonInAccount,
    /// An issuer that is there and says nothing.
    #[error("an issuer is not empty")]
    EmptyIssuer,
}

/// A parameter that has a meaning of its own and cannot be added as another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is a parameter of the format itself")]
pub struct Taken(pub String);

/// Something in a key URI that was overlooked in order to read it, or that other readers may
/// understand differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Liberty {
    /// `otpauth` or the type in upper case.
    Case,
    /// A `#` and what followed it were cut off.
    Fragment,
    /// Characters that RFC 3986 wants escaped.
    Unescaped,
    /// A `+` was kept, which a reader of HTML forms takes for a space.
    PlusSign,
    /// The label names no account.
    NoAccount,
    /// A colon in the label without an issuer before it.
    EmptyIssuer,
    /// A second colon in the label.
    ColonInAccount,
    /// The issuer of the label and the `issuer` parameter are not the same.
    IssuersDiffer {
        /// The one in the label.
        label: String,
        /// The parameter.
        parameter: String,
    },
    /// The secret was not written strictly.
    Secret(base32::Liberty),
    /// The algorithm was recognised by an unusual name.
    AlgorithmSpelling(String),
    /// A parameter of the other type was dropped: a counter of TOTP, a period of HOTP.
    OutOfPlace(&'static str),
}

/// Why text is no key URI. The text itself is not repeated: it holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotKeyUri {
    /// More than [`KeyUri::MOST_BYTES`].
    #[error("longer than {} bytes", KeyUri::MOST_BYTES)]
    TooLong,
    /// It does not begin with `otpauth://`.
    #[error("does not begin with otpauth://")]
    Scheme,
    /// The type is neither `totp` nor `hotp`.
    #[error("the type is neither totp nor hotp")]
    Kind,
    /// An escape cannot be read.
    #[error("bad percent-encoding")]
    Escape(#[from] percent::BadEscape),
    /// `secret`, or `counter` of HOTP, is missing or empty.
    #[error("{0} is required")]
    Missing(&'static str),
    /// A parameter that may stand only once stands twice, and readers choose differently.
    #[error("{0} is given twice")]
    Repeated(&'static str),
    /// The secret is no base32.
    #[error("the secret is no base32")]
    Secret(#[from] base32::NotBase32),
    /// A parameter has a value that means nothing.
    #[error("{name} cannot be {value:?}")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: String,
    },
}

impl KeyUri {
    /// As much as the largest QR code holds in byte mode (version 40, level L): a longer URI
    /// could not have been scanned.
    pub const MOST_BYTES: usize = 2953;

    /// The parameters with a meaning, in the order they are written.
    const NAMES: [&str; 6] = ["secret", "issuer", "algorithm", "digits", "period", "counter"];

    /// A URI with the widely understood choices: SHA-1, six digits, the label's issuer repeated
    /// as a parameter.
    #[must_use]
    pub fn new(kind: Kind, label: Label, key: Key) -> Self {
        let issuer = label.issuer.clone();
        let (algorithm, digits) = (Algorithm::default(), Digits::default());
        Self { kind, label, key, issuer, algorithm, digits, others: Vec::new() }
    }

    /// Adds a parameter that the format does not know, such as `image`.
    pub fn with_other(
        mut self,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Result<Self, Taken> {
        let name = name.into();
        if Self::NAMES.contains(&name.as_str()) {
            return Err(Taken(name));
        }
        self.others.push((name, value.into()));
        Ok(self)
    }

    /// The parameters that the format does not know, in their order.
    #[must_use]
    pub fn others(&self) -> &[(String, String)] {
        &self.others
    }

    /// Reads `text` as leniently as apps do, and names the liberties that took.
    pub fn parse(text: &str) -> Result<(Self, Vec<Liberty>), NotKeyUri> {
        read::read(text)
    }

    /// The URI with all parameters explicit and everything but unreserved characters escaped.
    /// It carries the key, hence the wrapper.
    #[must_use]
    pub fn to_uri(&self) -> Secret {
        let (kind, own) = match self.kind {
            Kind::Totp { period } => ("totp", ("period", period.to_string())),
            Kind::Hotp { counter } => ("hotp", ("counter", counter.to_string())),
        };
        let mut parameters = vec![("secret", base32::encode(self.key.bytes()))];
        parameters.extend(self.issuer.clone().map(|issuer| ("issuer", issuer)));
        parameters.push(("algorithm", self.algorithm.to_string()));
        parameters.push(("digits", self.digits.to_string()));
        parameters.push(own);
        let others = self.others.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let query: Vec<String> = parameters
            .into_iter()
            .chain(others)
            .map(|(name, value)| format!("{}={}", percent::encode(name), percent::encode(&value)))
            .collect();
        Secret::new(format!("otpauth://{kind}/{}?{}", self.label.escaped(), query.join("&")))
    }
}

impl Label {
    /// A label; spaces before the account are no part of it when an issuer precedes it.
    pub fn new(issuer: Option<&str>, account: &str) -> Result<Self, BadLabel> {
        match issuer {
            None if account.contains(':') => Err(BadLabel::ColonInAccount),
            Some("") => Err(BadLabel::EmptyIssuer),
            Some(issuer) if issuer.contains(':') => Err(BadLabel::ColonInIssuer),
            None => Ok(Self { issuer: None, account: account.to_owned() }),
            Some(issuer) => Ok(Self {
                issuer: Some(issuer.to_owned()),
                account: account.trim_start_matches(' ').to_owned(),
            }),
        }
    }

    /// Who gave out the key.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Whose key it is at the issuer; empty if the URI did not say.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    fn escaped(&self) -> String {
        let account = percent::encode(&self.account);
        match &self.issuer {
            Some(issuer) => format!("{}:{account}", percent::encode(issuer)),
            None => account,
        }
    }
}

impl fmt::Display for Liberty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Case => f.write_str("scheme or type in upper case"),
            Self::Fragment => f.write_str("a fragment after #"),
            Self::Unescaped => f.write_str("characters that should be escaped"),
            Self::PlusSign => f.write_str("a + that some readers take for a space"),
            Self::NoAccount => f.write_str("no account in the label"),
            Self::EmptyIssuer => f.write_str("no issuer before the colon of the label"),
            Self::ColonInAccount => f.write_str("a second colon in the label"),
            Self::IssuersDiffer { label, parameter } => {
                write!(f, "the label says issuer {label:?}, the parameter {parameter:?}")
            }
            Self::Secret(liberty) => write!(f, "a secret with {liberty}"),
            Self::AlgorithmSpelling(name) => write!(f, "an algorithm spelt {name:?}"),
            Self::OutOfPlace(name) => write!(f, "{name} has no meaning for this type"),
        }
    }
}
