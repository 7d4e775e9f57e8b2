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
    /// Any authenticator app with codes of the time, set up by a plain key URI.
    Authenticator,
    /// Any authenticator app with codes of a counter, set up by a plain key URI.
    Counter,
    /// A token that answers challenges, set up by a key container.
    Challenge,
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

impl TokenKind {
    /// All kinds, in the order in which they are offered.
    pub const ALL: [Self; 5] =
        [Self::Mobile, Self::Desktop, Self::Authenticator, Self::Counter, Self::Challenge];
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
            Self::Authenticator => "authenticator",
            Self::Counter => "counter",
            Self::Challenge => "challenge",
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
