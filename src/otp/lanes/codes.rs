//! Codes that are to be verified, as numbers.

use crate::otp::{Code, Digits};
use secrecy::zeroize::Zeroize;
use std::fmt;

/// Codes of one number of digits, in the order of their users.
///
/// They are wiped when dropped, and never printed: until their step is over they are secrets.
pub struct Codes {
    digits: Digits,
    numbers: Vec<u32>,
}

/// A number that no code has: 31 bits hold every truncated value (RFC 4226 §5.3), and this is above
/// them by so much that no difference from one of them passes for a multiple.
pub(super) const NEVER: u32 = 1 << 31;

impl Codes {
    /// Room for `count` codes of `digits` digits; there may be more.
    #[must_use]
    pub fn with_capacity(digits: Digits, count: usize) -> Self {
        Self { digits, numbers: Vec::with_capacity(count) }
    }

    /// How many digits each has.
    #[must_use]
    pub fn digits(&self) -> Digits {
        self.digits
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Adds what somebody entered. What is not exactly as many ASCII digits as it should be keeps
    /// its place and never matches.
    pub fn push(&mut self, candidate: &str) {
        self.add(number(self.digits.read(candidate)));
    }

    /// Adds a code by its value. One of another number of digits keeps its place and never matches.
    pub fn push_code(&mut self, code: Code) {
        let value = (code.digits() == self.digits).then(|| code.value().into());
        self.add(number(value));
    }

    pub(super) fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    /// Adds a number; where there is no room, the old place is wiped when it is left.
    fn add(&mut self, number: u32) {
        if self.numbers.len() == self.numbers.capacity() {
            let mut larger = Vec::with_capacity(2 * self.numbers.len().max(32));
            larger.extend_from_slice(&self.numbers);
            self.numbers.zeroize();
            self.numbers = larger;
        }
        self.numbers.push(number);
    }
}

/// The number to look for: `value`, or one that is never found where there is none, or one that
/// 31 bits do not hold. A value has no more digits than the code: what is compared is the rest of a
/// division, so another would be taken for its last digits.
pub(super) fn number(value: Option<u64>) -> u32 {
    let number = value.and_then(|value| u32::try_from(value).ok());
    number.filter(|number| *number < NEVER).unwrap_or(NEVER)
}

impl Extend<Code> for Codes {
    fn extend<I: IntoIterator<Item = Code>>(&mut self, codes: I) {
        for code in codes {
            self.push_code(code);
        }
    }
}

impl Drop for Codes {
    fn drop(&mut self) {
        self.numbers.zeroize();
    }
}

impl fmt::Debug for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Codes")
            .field("digits", &self.digits)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
