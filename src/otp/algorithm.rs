//! The hash below the HMAC.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The hash function, by the names that key URIs use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Algorithm {
    /// RFC 4226 knows only this one.
    #[default]
    #[serde(rename = "SHA1")]
    Sha1,
    /// RFC 6238 §1.2.
    #[serde(rename = "SHA256")]
    Sha256,
    /// RFC 6238 §1.2.
    #[serde(rename = "SHA512")]
    Sha512,
}

/// A name that is none of the three, in any spelling.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is none of SHA1, SHA256, SHA512")]
pub struct UnknownAlgorithm(pub String);

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        })
    }
}

/// Reads any spelling: `sha1`, `SHA-1`, `HmacSHA256`.
impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(text: &str) -> Result<Self, UnknownAlgorithm> {
        let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        match plain.to_ascii_uppercase().trim_start_matches("HMAC") {
            "SHA1" => Ok(Self::Sha1),
            "SHA256" => Ok(Self::Sha256),
            "SHA512" => Ok(Self::Sha512),
            _ => Err(UnknownAlgorithm(text.to_owned())),
        }
    }
}
