//! Classic activation: serial number, activation code and registration code, each with a Luhn
//! check digit, from which both sides derive the same seed without a network.
//!
//! The low 16 bits of a registration code are the device's random. The vendor's rule for the bits
//! above them is not public; ours is: the first two bytes of SHA-256(serial digits in ASCII ‖
//! activation code as 7 bytes, big-endian ‖ the two random bytes), of which the low 13 bits are
//! taken. So a mistyped code is recognised before any seed is derived from it.

use crate::domain::{Chance, Secret};
use crate::otp::{Key, luhn};
use hmac::Hmac;
use pbkdf2::pbkdf2;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;
use subtle::ConstantTimeEq;

/// PBKDF2 rounds of the seed, as the format has them.
const SEED_ROUNDS: u32 = 8;

/// Bytes of a seed.
const SEED_LENGTH: usize = 16;

/// Why a text is no number of this kind: no word about which digit would be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadNumber {
    /// Not the right count of digits, or something that is no digit.
    #[error("{expected} digits are needed; hyphens and spaces may stand between them")]
    Shape {
        /// How many digits the number has.
        expected: usize,
    },
    /// The check digit does not fit.
    #[error("the check digit does not fit: at least one digit is mistyped")]
    CheckDigit,
}

/// Reads `length` digits with their check digit, passing over hyphens and spaces.
fn checked_digits(text: &str, length: usize) -> Result<String, BadNumber> {
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    if digits.len() != length || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BadNumber::Shape { expected: length });
    }
    if luhn::is_valid(&digits) { Ok(digits) } else { Err(BadNumber::CheckDigit) }
}

/// Appends the check digit to digits made here.
fn with_check_digit(mut digits: String) -> String {
    digits.extend(luhn::check_digit(&digits));
    digits
}

/// Groups of `size` digits, joined by hyphens.
fn grouped(digits: &str, size: usize) -> String {
    let groups: Vec<&str> = (0..digits.len())
        .step_by(size)
        .map(|at| &digits[at..digits.len().min(at + size)])
        .collect();
    groups.join("-")
}

/// A token's serial number, `DDDDD-DDDDD`. Not secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SerialNumber(String);

/// Reads ten digits with their check digit.
impl FromStr for SerialNumber {
    type Err = BadNumber;

    fn from_str(text: &str) -> Result<Self, BadNumber> {
        checked_digits(text, 10).map(Self)
    }
}

impl SerialNumber {
    /// A new one.
    pub fn mint(chance: &mut Chance) -> Self {
        Self(with_check_digit(chance.digits(9)))
    }

    /// The ten digits without hyphen.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&grouped(&self.0, 5))
    }
}

/// An activation code, `DDDD-DDDD-DDDD-DDDD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivationCode(Secret);

/// Reads sixteen digits with their check digit.
impl FromStr for ActivationCode {
    type Err = BadNumber;

    fn from_str(text: &str) -> Result<Self, BadNumber> {
        checked_digits(text, 16).map(|digits| Self(Secret::new(digits)))
    }
}

impl ActivationCode {
    /// A new one: 48 random bits, as the published ones suggest.
    pub fn mint(chance: &mut Chance) -> Self {
        let bits = chance.below(1 << 48);
        Self(Secret::new(with_check_digit(format!("{bits:015}"))))
    }

    /// The code with its hyphens.
    #[must_use]
    pub fn to_secret(&self) -> Secret {
        Secret::new(grouped(self.0.reveal(), 4))
    }

    /// The number before the check digit, in seven bytes, big-endian.
    fn bytes(&self) -> [u8; 7] {
        let value: u64 = self.0.reveal()[..15].parse().unwrap_or(0);
        let wide = value.to_be_bytes();
        [wide[1], wide[2], wide[3], wide[4], wide[5], wide[6], wide[7]]
    }
}

/// A registration code, `DDDDD-DDDDD`, shown by the device and typed at the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationCode(Secret);

/// Reads ten digits with their check digit.
impl FromStr for RegistrationCode {
    type Err = BadNumber;

    fn from_str(text: &str) -> Result<Self, BadNumber> {
        checked_digits(text, 10).map(|digits| Self(Secret::new(digits)))
    }
}

impl RegistrationCode {
    /// The code of a device that drew `random` for this serial number and activation code.
    #[must_use]
    pub fn of(random: [u8; 2], serial: &SerialNumber, activation: &ActivationCode) -> Self {
        let low = u32::from(u16::from_be_bytes(random));
        let value = u32::from(upper_bits(random, serial, activation)) << 16 | low;
        // The first nine digits are the number, the tenth checks them: it is their Luhn digit.
        Self(Secret::new(with_check_digit(format!("{value:09}"))))
    }

    /// The code with its hyphen.
    #[must_use]
    pub fn to_secret(&self) -> Secret {
        Secret::new(grouped(self.0.reveal(), 5))
    }

    /// The device's random: the low 16 bits of the number before the check digit.
    #[must_use]
    pub fn device_random(&self) -> [u8; 2] {
        let value = self.value();
        [(value >> 8) as u8, value as u8]
    }

    /// Whether the upper bits fit this serial number and activation code, by our rule.
    #[must_use]
    pub fn agrees_with(&self, serial: &SerialNumber, activation: &ActivationCode) -> bool {
        let upper = upper_bits(self.device_random(), serial, activation);
        (self.value() >> 16).ct_eq(&u32::from(upper)).into()
    }

    fn value(&self) -> u32 {
        self.0.reveal()[..9].parse().unwrap_or(0)
    }
}

fn upper_bits(random: [u8; 2], serial: &SerialNumber, activation: &ActivationCode) -> u16 {
    let hash = Sha256::new()
        .chain_update(serial.digits())
        .chain_update(activation.bytes())
        .chain_update(random)
        .finalize();
    u16::from_be_bytes([hash[0], hash[1]]) & 0x1fff
}

/// The seed that both sides derive: PBKDF2-HMAC-SHA256 over activation code, device random and,
/// where the deployment says so, the policy text; the salt is the serial number.
#[must_use]
pub fn seed(
    activation: &ActivationCode,
    random: [u8; 2],
    policy: Option<&str>,
    serial: &SerialNumber,
) -> Key {
    let mut password = Vec::from(activation.bytes());
    password.extend(random);
    password.extend(policy.unwrap_or_default().bytes());
    let mut seed = vec![0; SEED_LENGTH];
    let salt = serial.digits().as_bytes();
    #[allow(clippy::expect_used, reason = "HMAC takes keys of every length (RFC 2104 §3)")]
    pbkdf2::<Hmac<Sha256>>(&password, salt, SEED_ROUNDS, &mut seed).expect("every length");
    Key::new(seed)
}
