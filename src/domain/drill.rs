//! What a library of one-time codes and an authenticator app are asked, and what they answer. They
//! have no sessions and no people: each question says all that it needs, the time included, so no
//! clock is moved.

use super::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", content = "args", rename_all = "snake_case")]
pub enum Drill {
    /// The code of a key.
    GenerateCode(Recipe),
    /// Whether a code is right.
    CheckCode(Check),
    /// What a key URI says.
    ReadKeyUri(KeyUriText),
    /// The bytes that a base32 text stands for.
    DecodeBase32(Base32Text),
    /// An app takes a key.
    AddAccount(Scanned),
    /// The code that the app shows for the account that it took last.
    ShowCode(Glance),
}

/// A hash function under the HMAC, as key URIs write it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum HashName {
    /// SHA-1.
    #[default]
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// All that a code follows from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recipe {
    /// The key in hexadecimal digits.
    pub key_hex: String,
    /// The same in base32 without padding, as most libraries want it.
    pub key_base32: String,
    /// The hash function under the HMAC.
    pub algorithm: HashName,
    /// How many digits the code has.
    pub digits: u8,
    /// What moves.
    #[serde(flatten)]
    pub moving: Moving,
}

/// What makes the next code another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Moving {
    /// A counter (HOTP).
    Counter {
        /// Its value.
        counter: u64,
    },
    /// The time (TOTP, counted from 1970).
    Time {
        /// Seconds since 1970.
        time: u64,
        /// Seconds of a time step.
        period: u64,
    },
}

/// A code, and around what it may lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// Of which key, and the counter or time at which it is checked.
    #[serde(flatten)]
    pub recipe: Recipe,
    /// The code as somebody typed it.
    pub code: String,
    /// So many steps before are right as well.
    pub back: u32,
    /// So many steps after are right as well.
    pub ahead: u32,
    /// The last counter, or time step, whose code was accepted: it and all before it are spent. A
    /// library that keeps no account of that answers `unsupported` if this is here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spent: Option<u64>,
}

/// A key URI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyUriText {
    /// As it is written.
    pub uri: String,
}

/// A base32 text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Base32Text {
    /// As it is written.
    pub text: String,
}

/// A key URI as it gets into an app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Scanned {
    /// As text; it is what the picture holds.
    pub uri: String,
    /// The QR code: a PNG in base64. Absent where the link is opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qr: Option<String>,
}

/// A look at the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Glance {
    /// When, in seconds since 1970; without meaning for a counter.
    pub time: u64,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum Drilled {
    /// A code.
    Code {
        /// Its digits, as a text: a number has no leading zeros.
        code: String,
    },
    /// A code was checked.
    Checked {
        /// Whether it is right.
        accepted: bool,
    },
    /// A key URI was read.
    Key(KeyRead),
    /// Bytes.
    Bytes {
        /// In hexadecimal digits.
        hex: String,
    },
    /// It was done.
    Done {},
    /// It said no.
    #[schemars(skip)]
    Refused {},
    /// It has no such thing.
    #[schemars(skip)]
    Unsupported {
        /// What is missing.
        feature: String,
    },
}

/// What was read of a key URI. A field that is left out was not looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct KeyRead {
    /// The key in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_hex: Option<String>,
    /// `totp` or `hotp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Who issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The hash function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    /// Digits of a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<u64>,
    /// Seconds of a time step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<u64>,
    /// The counter of the next code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counter: Option<u64>,
}

impl Drill {
    /// Who is asked this.
    #[must_use]
    pub fn role(&self) -> Role {
        match self {
            Self::GenerateCode(_)
            | Self::CheckCode(_)
            | Self::ReadKeyUri(_)
            | Self::DecodeBase32(_) => Role::Library,
            Self::AddAccount(_) | Self::ShowCode(_) => Role::Token,
        }
    }

    /// The name of the operation.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::GenerateCode(_) => "generate_code",
            Self::CheckCode(_) => "check_code",
            Self::ReadKeyUri(_) => "read_key_uri",
            Self::DecodeBase32(_) => "decode_base32",
            Self::AddAccount(_) => "add_account",
            Self::ShowCode(_) => "show_code",
        }
    }
}

impl HashName {
    /// The name as key URIs write it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }
}

impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key_hex, algorithm, digits, moving, .. } = self;
        let (bytes, hash) = (key_hex.len() / 2, algorithm.word());
        match moving {
            Moving::Counter { counter } => write!(f, "counter {counter}")?,
            Moving::Time { time, period } => write!(f, "time {time}, period {period}")?,
        }
        write!(f, ", {hash}, {digits} digits, key of {bytes} bytes {key_hex}")
    }
}

impl fmt::Display for Drill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.name())?;
        match self {
            Self::GenerateCode(recipe) => write!(f, "({recipe})"),
            Self::CheckCode(Check { recipe, code, back, ahead, spent }) => {
                write!(f, "{code:?} ({recipe}; {back} steps back, {ahead} ahead")?;
                match spent {
                    Some(step) => write!(f, "; spent up to step {step})"),
                    None => f.write_str(")"),
                }
            }
            Self::ReadKeyUri(KeyUriText { uri }) => f.write_str(uri),
            Self::DecodeBase32(Base32Text { text }) => write!(f, "{text:?}"),
            Self::AddAccount(Scanned { uri, qr }) => {
                let way = if qr.is_some() { "QR code of " } else { "" };
                write!(f, "{way}{uri}")
            }
            Self::ShowCode(Glance { time }) => write!(f, "(time {time})"),
        }
    }
}

impl fmt::Display for Drilled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code { code } => write!(f, "code {code:?}"),
            Self::Checked { accepted: true } => f.write_str("accepted"),
            Self::Checked { accepted: false } => f.write_str("not accepted"),
            Self::Key(read) => f.write_str(&serde_json::to_string(read).unwrap_or_default()),
            Self::Bytes { hex } => write!(f, "bytes {hex}"),
            Self::Done {} => f.write_str("done"),
            Self::Refused {} => f.write_str("refused"),
            Self::Unsupported { feature } => write!(f, "no {feature}"),
        }
    }
}
