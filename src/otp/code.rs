//! One-time codes: a number with a fixed count of digits.

use crate::domain::Secret;
use std::fmt;

/// How many digits a code has: 6 to 10 (RFC 4226 §5.3 asks for at least 6; 31 bits give no more
/// than 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digits(u8);

/// A count outside 6 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code has 6 to 10 digits, not {0}")]
pub struct BadDigits(pub u8);

impl Digits {
    /// Six, the default of key URIs.
    pub const SIX: Self = Self(6);
    /// Eight.
    pub const EIGHT: Self = Self(8);

    /// `count` digits.
    ///
    /// # Errors
    /// [`BadDigits`] outside 6 to 10.
    pub fn new(count: u8) -> Result<Self, BadDigits> {
        if (6..=10).contains(&count) { Ok(Self(count)) } else { Err(BadDigits(count)) }
    }

    /// The count.
    #[must_use]
    pub fn count(self) -> u8 {
        self.0
    }

    /// The number that a code of this length stays below.
    pub(super) fn modulus(self) -> u64 {
        10_u64.pow(u32::from(self.0))
    }
}

/// A code; its leading zeros are part of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Code {
    value: u64,
    digits: Digits,
}

impl Code {
    pub(super) fn new(truncated: u32, digits: Digits) -> Self {
        Self { value: u64::from(truncated) % digits.modulus(), digits }
    }

    /// The number that `text` writes, if it is exactly `digits` ASCII digits.
    pub(super) fn parse(text: &str, digits: Digits) -> Option<u64> {
        let exact = text.len() == usize::from(digits.count());
        (exact && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
    }

    pub(super) fn value(self) -> u64 {
        self.value
    }

    /// The code as something that is not printed by accident.
    #[must_use]
    pub fn to_secret(self) -> Secret {
        Secret::new(self.to_string())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.value, width = usize::from(self.digits.count()))
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[code of {} digits]", self.digits.count())
    }
}
