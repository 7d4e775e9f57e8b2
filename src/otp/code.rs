//! One-time codes and how many digits they have.

use crate::domain::Secret;
use std::fmt;
use subtle::ConstantTimeEq;

/// How many digits a code has: 6 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digits(u8);

/// A number of digits outside 6 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code has 6 to 10 digits, not {0}")]
pub struct BadDigits(pub u8);

impl Digits {
    /// The fewest that RFC 4226 §5.3 allows, and what a reader assumes when nothing is said.
    pub const SIX: Self = Self(6);

    /// What the vectors of RFC 6238 have.
    pub const EIGHT: Self = Self(8);

    /// Refuses fewer than 6 (RFC 4226 §4 R4) and more than 10: the truncated value has 31 bits,
    /// so an eleventh digit would always be zero.
    pub fn new(count: u8) -> Result<Self, BadDigits> {
        if (6..=10).contains(&count) { Ok(Self(count)) } else { Err(BadDigits(count)) }
    }

    /// The number.
    #[must_use]
    pub fn count(self) -> u8 {
        self.0
    }

    /// The last digits of a truncated value (RFC 4226 §5.3, step 3).
    pub(super) fn last_of(self, truncated: u32) -> u32 {
        const MODULI: [u32; 4] = [1_000_000, 10_000_000, 100_000_000, 1_000_000_000];
        match MODULI.get(usize::from(self.0 - 6)) {
            Some(modulus) => truncated % modulus,
            // Ten digits hold every 31-bit value.
            None => truncated,
        }
    }

    /// The number that `candidate` writes, if it is exactly this many ASCII digits: no sign, no
    /// space, no digit of another script.
    pub(super) fn read(self, candidate: &str) -> Option<u64> {
        let bytes = candidate.as_bytes();
        if bytes.len() != usize::from(self.0) {
            return None;
        }
        let (mut number, mut digits) = (0, true);
        for byte in bytes {
            let digit = byte.wrapping_sub(b'0');
            digits &= digit < 10;
            number = number * 10 + u64::from(digit);
        }
        digits.then_some(number)
    }
}

impl Default for Digits {
    fn default() -> Self {
        Self::SIX
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A one-time code. It shows with its leading zeros, and only to those who ask by `Display`.
#[derive(Clone, Copy)]
pub struct Code {
    value: u32,
    digits: Digits,
}

impl Code {
    /// The code of a truncated HMAC.
    pub(super) fn of(truncated: u32, digits: Digits) -> Self {
        Self { value: digits.last_of(truncated), digits }
    }

    /// The code as a number, without its leading zeros.
    #[must_use]
    pub fn value(self) -> u32 {
        self.value
    }

    /// How many digits it is shown with.
    #[must_use]
    pub fn digits(self) -> Digits {
        self.digits
    }

    /// The digits, wrapped so that a journal masks them.
    #[must_use]
    pub fn to_secret(self) -> Secret {
        Secret::new(self.to_string())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.value, width = usize::from(self.digits.0))
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[code]")
    }
}

/// Constant time in the value; how many digits a code has is no secret.
impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.digits == other.digits && self.value.ct_eq(&other.value).into()
    }
}

impl Eq for Code {}

#[cfg(test)]
mod tests {
    use super::{BadDigits, Code, Digits};

    #[test]
    fn a_code_keeps_its_leading_zeros() {
        assert_eq!(Code::of(1_000_042, Digits::SIX).to_string(), "000042");
        assert_eq!(Code::of(1_000_042, Digits::EIGHT).to_secret().reveal(), "01000042");
    }

    #[test]
    fn ten_digits_hold_the_largest_truncated_value() {
        let ten = Digits::new(10).expect("ten is allowed");
        assert_eq!(Code::of(0x7fff_ffff, ten).to_string(), "2147483647");
    }

    #[test]
    fn a_code_is_not_printed_for_debugging() {
        assert_eq!(format!("{:?}", Code::of(755_224, Digits::SIX)), "[code]");
    }

    #[test]
    fn codes_of_equal_value_and_different_length_differ() {
        assert_ne!(Code::of(42, Digits::SIX), Code::of(42, Digits::EIGHT));
    }

    #[test]
    fn fewer_than_six_and_more_than_ten_digits_are_refused() {
        for count in [0, 5, 11, 255] {
            assert_eq!(Digits::new(count), Err(BadDigits(count)));
        }
        assert!((6..=10).all(|count| Digits::new(count).is_ok()));
    }

    #[test]
    fn only_exactly_so_many_ascii_digits_are_read() {
        assert_eq!(Digits::SIX.read("000042"), Some(42));
        for candidate in ["", "00042", "0000042", "+00042", " 00042", "00004a", "٠٠٠"] {
            assert_eq!(Digits::SIX.read(candidate), None, "{candidate}");
        }
    }
}
