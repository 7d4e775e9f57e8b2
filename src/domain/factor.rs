//! Factors: over which channel a code travels, which kind of token makes one, how much is proven.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The out-of-band channel over which a one-time PIN is delivered.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A text message to a mobile number.
    Sms,
    /// A mail to a mailbox.
    Email,
}

/// The kind of soft token that is enrolled.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// The app on a phone, activated by a QR code and a password.
    Mobile,
    /// The program on a PC, activated by address, serial number and activation code.
    Desktop,
}

/// How much a signed-in session has proven.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Assurance {
    /// A password, perhaps with a delivered PIN: the guide's "first factor".
    SingleFactor,
    /// Additionally a code from the enrolled token.
    TwoFactor,
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sms => "sms",
            Self::Email => "email",
        })
    }
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mobile => "mobile",
            Self::Desktop => "desktop",
        })
    }
}

impl fmt::Display for Assurance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SingleFactor => "single_factor",
            Self::TwoFactor => "two_factor",
        })
    }
}
