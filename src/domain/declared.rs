//! What a subject says of itself: parameters that a suite measures, and choices between things
//! that are equally legal.

use super::factor::Channel;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Declared parameters and choices; what is left out is not claimed. Times are whole seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Declared {
    /// Digits of a delivered code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_digits: Option<u32>,
    /// For how many seconds a delivered code may be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_lifetime: Option<u64>,
    /// Consecutive wrong codes until the account is locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// For how many seconds a lock lasts; 0 until an administrator lifts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lockout: Option<u64>,
    /// Digits of a code of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_digits: Option<u32>,
    /// Seconds of a time step of the token (RFC 6238 X).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_period: Option<u64>,
    /// The hash function of a plain key, for codes of the time and of a counter (RFC 6238 §1.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_algorithm: Option<TokenAlgorithm>,
    /// Time steps by which a code of the token may be early or late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_window: Option<u32>,
    /// For how many seconds activation material may be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activation_lifetime: Option<u64>,
    /// Messages with a code for one sign-in, the first included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<u32>,
    /// What a resend does to the code before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resend: Option<Resend>,
    /// Whether a push shows a number that is to be tapped at the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push_number: Option<bool>,
    /// What a code by mail is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_pin: Option<EmailPin>,
}

/// The hash function under the HMAC of a plain key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenAlgorithm {
    /// SHA-1, the only one that every authenticator app knows.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// What a resend does to the code before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Resend {
    /// A new code; the one before is dead.
    Rotate,
    /// The same code once more.
    Reuse,
    /// A new code; the one before lives on until it expires.
    Both,
}

/// What a code by mail is. NIST SP 800-63B-4 §3.1.3.1 forbids the one and allows the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmailPin {
    /// An authenticator: part of every sign-in.
    SignInFactor,
    /// It confirms the address while a person enrols, and is no authenticator.
    AddressConfirmation,
}

impl Declared {
    /// Whether nothing is declared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether everything declared here is declared alike in `other`.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        fn same<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
            one.is_none() || one == other
        }
        same(self.code_digits.as_ref(), other.code_digits.as_ref())
            && same(self.code_lifetime.as_ref(), other.code_lifetime.as_ref())
            && same(self.attempts.as_ref(), other.attempts.as_ref())
            && same(self.lockout.as_ref(), other.lockout.as_ref())
            && same(self.token_digits.as_ref(), other.token_digits.as_ref())
            && same(self.token_period.as_ref(), other.token_period.as_ref())
            && same(self.token_algorithm.as_ref(), other.token_algorithm.as_ref())
            && same(self.token_window.as_ref(), other.token_window.as_ref())
            && same(self.activation_lifetime.as_ref(), other.activation_lifetime.as_ref())
            && same(self.messages.as_ref(), other.messages.as_ref())
            && same(self.resend.as_ref(), other.resend.as_ref())
            && same(self.push_number.as_ref(), other.push_number.as_ref())
            && same(self.email_pin.as_ref(), other.email_pin.as_ref())
    }

    /// How long a delivered code may be used, if that is declared.
    #[must_use]
    pub fn code_lifetime(&self) -> Option<Duration> {
        self.code_lifetime.map(Duration::from_secs)
    }

    /// Whether a code over `channel` is declared to be no authenticator.
    #[must_use]
    pub fn only_confirms_address(&self, channel: Channel) -> bool {
        channel == Channel::Email && self.email_pin == Some(EmailPin::AddressConfirmation)
    }
}
