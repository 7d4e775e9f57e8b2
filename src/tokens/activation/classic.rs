//! Activation by numbers that a person types: serial number, activation code and, in the other
//! direction, the registration code.
//!
//! Both sides derive the same seed, so the device needs no network. All three numbers end in a
//! Luhn digit; the seed is PBKDF2-HMAC-SHA256 (RFC 8018 §5.2) over the activation code and two
//! random bytes of the device, which travel in the registration code.
//!
//! Below those 16 random bits a registration code has 13 bits that check it. **How the vendor
//! computes them is not known**, and no public source says it. The rule here is our own: the first
//! two bytes of SHA-256(serial number's ten ASCII digits ‖ activation code as seven bytes ‖ the two
//! random bytes), masked with `0x1FFF`. Codes of real devices do not follow it, so a service that
//! is tested with them is told only the random bytes ([`RegistrationCode::device_random`]).

use crate::domain::Chance;
use crate::otp::{Key, luhn};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The rounds of PBKDF2 that make the seed; eight, because the device in the field does eight.
const SEED_ROUNDS: u32 = 8;

/// The length of the seed in bytes.
const SEED_BYTES: usize = 16;

/// The 13 bits that check a registration code. More would not fit: nine digits end below 2^30.
const CHECK_BITS: u16 = 0x1FFF;

/// Why typed text is not the number it should be. Found out without any network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadNumber {
    /// Something else than digits, hyphens and spaces, or another number of digits.
    #[error("not {expected} digits")]
    Shape {
        /// How many digits it should have.
        expected: usize,
    },
    /// The last digit does not check the others.
    #[error("the check digit is wrong")]
    CheckDigit,
}

/// Names a token: `DDDDD-DDDDD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SerialNumber {
    /// Without the check digit: nine digits.
    number: u64,
}

/// Lets one device activate a token: `DDDD-DDDD-DDDD-DDDD`. Known ones have 48 random bits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ActivationCode {
    /// Without the check digit: fifteen digits.
    number: u64,
}

/// Tells the service which seed the device has made: `DDDDD-DDDDD`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RegistrationCode {
    /// Without the check digit: nine digits.
    number: u32,
}

impl SerialNumber {
    const DIGITS: usize = 10;

    /// A new one.
    pub fn mint(chance: &mut Chance) -> Self {
        Self { number: chance.below(1_000_000_000) }
    }

    /// The ten digits without a hyphen.
    #[must_use]
    pub fn digits(self) -> String {
        luhn::with_check_digit(&format!("{:09}", self.number))
    }
}

impl ActivationCode {
    const DIGITS: usize = 16;

    /// A new one of 48 random bits.
    pub fn mint(chance: &mut Chance) -> Self {
        Self { number: chance.below(1 << 48) }
    }

    /// The number without its check digit, as the seed wants it.
    fn bytes(self) -> [u8; 7] {
        let [_, bytes @ ..] = self.number.to_be_bytes();
        bytes
    }
}

impl RegistrationCode {
    const DIGITS: usize = 10;

    /// The code of a device that has drawn `random`.
    #[must_use]
    pub fn new(random: [u8; 2], serial: SerialNumber, activation: ActivationCode) -> Self {
        let check = u32::from(check(random, serial, activation));
        Self { number: check << 16 | u32::from(u16::from_be_bytes(random)) }
    }

    /// What the device has drawn: the lower 16 bits.
    #[must_use]
    pub fn device_random(self) -> [u8; 2] {
        let [_, _, random @ ..] = self.number.to_be_bytes();
        random
    }

    /// Whether the upper bits are those of this token by our rule.
    #[must_use]
    pub fn agrees_with(self, serial: SerialNumber, activation: ActivationCode) -> bool {
        self == Self::new(self.device_random(), serial, activation)
    }
}

fn check(random: [u8; 2], serial: SerialNumber, activation: ActivationCode) -> u16 {
    let digest = Sha256::new()
        .chain_update(serial.digits())
        .chain_update(activation.bytes())
        .chain_update(random)
        .finalize();
    u16::from_be_bytes([digest[0], digest[1]]) & CHECK_BITS
}

/// The seed that device and service share. Deployments differ in whether the policy enters it; it
/// is taken as the sealed activation carries it.
#[must_use]
pub fn seed(
    activation: ActivationCode,
    random: [u8; 2],
    policy: Option<&str>,
    serial: SerialNumber,
) -> Key {
    let mut password = activation.bytes().to_vec();
    password.extend(random);
    password.extend(policy.unwrap_or_default().bytes());
    let mut seed = vec![0; SEED_BYTES];
    let salt = serial.digits();
    pbkdf2::pbkdf2_hmac::<Sha256>(&password, salt.as_bytes(), SEED_ROUNDS, &mut seed);
    Key::new(seed)
}

/// The number before the check digit of a text with `expected` digits.
fn checked(text: &str, expected: usize) -> Result<u64, BadNumber> {
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let shaped = digits.len() == expected && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !shaped {
        return Err(BadNumber::Shape { expected });
    }
    if !luhn::is_valid(&digits) {
        return Err(BadNumber::CheckDigit);
    }
    digits[..expected - 1].parse().map_err(|_| BadNumber::Shape { expected })
}

/// `digits` with their check digit, in groups with hyphens between.
fn write_grouped(f: &mut fmt::Formatter<'_>, digits: &str, group: usize) -> fmt::Result {
    for (at, digit) in luhn::with_check_digit(digits).char_indices() {
        let hyphen = if at > 0 && at % group == 0 { "-" } else { "" };
        write!(f, "{hyphen}{digit}")?;
    }
    Ok(())
}

impl FromStr for SerialNumber {
    type Err = BadNumber;

    fn from_str(text: &str) -> Result<Self, BadNumber> {
        Ok(Self { number: checked(text, Self::DIGITS)? })
    }
}

impl FromStr for ActivationCode {
    type Err = BadNumber;

    fn from_str(text: &str) -> Result<Self, BadNumber> {
        Ok(Self { number: checked(text, Self::DIGITS)? })
    }
}

impl FromStr for RegistrationCode {
    type Err = BadNumber;

    fn from_str(text: &str) -> Result<Self, BadNumber> {
        let number = u32::try_from(checked(text, Self::DIGITS)?);
        Ok(Self { number: number.map_err(|_| BadNumber::Shape { expected: Self::DIGITS })? })
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_grouped(f, &format!("{:09}", self.number), 5)
    }
}

/// Writes the code out: it leaves its wrapper here.
impl fmt::Display for ActivationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_grouped(f, &format!("{:015}", self.number), 4)
    }
}

/// Writes the code out: it leaves its wrapper here.
impl fmt::Display for RegistrationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_grouped(f, &format!("{:09}", self.number), 5)
    }
}

impl fmt::Debug for ActivationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ActivationCode([secret])")
    }
}

impl fmt::Debug for RegistrationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RegistrationCode([secret])")
    }
}
