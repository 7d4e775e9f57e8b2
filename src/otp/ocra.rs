//! OCRA (RFC 6287): responses to a challenge, made from a key and whatever else the suite names.

mod suite;

pub use suite::{Question, Suite, UnknownSuite};

use super::{Algorithm, Key, truncate};
use crate::domain::{Moment, Secret};
use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha512};
use std::fmt;
use subtle::ConstantTimeEq;

/// Bytes that a challenge fills in the data input (RFC 6287 §5.1).
const QUESTION_BYTES: usize = 128;

/// What a response is computed from, beside the key and the suite.
#[derive(Debug, Clone, Copy, Default)]
pub struct Inputs<'a> {
    /// The challenge; of two that are joined, both.
    pub question: &'a str,
    /// The counter, where the suite has one.
    pub counter: Option<u64>,
    /// The PIN, where the suite has one: it is hashed here.
    pub pin: Option<&'a Secret>,
    /// Information about the session, where the suite has room for it.
    pub session: Option<&'a [u8]>,
    /// The time, where the suite counts steps of it.
    pub moment: Option<Moment>,
}

/// Why there is no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadInputs {
    /// The suite names an input that is not there.
    #[error("the suite asks for {0}, which is missing")]
    Missing(&'static str),
    /// The challenge holds something that the suite does not allow.
    #[error("the challenge does not fit the suite: {0}")]
    Question(&'static str),
    /// The session information is longer than the suite says.
    #[error("the session information is longer than the suite says")]
    Session,
}

/// A key with the suite that was agreed for it.
#[derive(Clone)]
pub struct Ocra {
    suite: Suite,
    key: Key,
}

impl Ocra {
    /// Responses with `key` under `suite`.
    #[must_use]
    pub fn new(suite: Suite, key: Key) -> Self {
        Self { suite, key }
    }

    /// The suite.
    #[must_use]
    pub fn suite(&self) -> &Suite {
        &self.suite
    }

    /// The response to `inputs`.
    pub fn respond(&self, inputs: &Inputs<'_>) -> Result<Secret, BadInputs> {
        let mac = hmac(self.suite.algorithm, self.key.bytes(), &self.data(inputs)?);
        Ok(Secret::new(match self.suite.digits {
            0 => data_encoding::HEXLOWER.encode(&mac),
            digits => {
                let number = u64::from(truncate(&mac)) % 10_u64.pow(u32::from(digits));
                format!("{number:0width$}", width = usize::from(digits))
            }
        }))
    }

    /// Whether `candidate` is the response to `inputs`; it compares in constant time. Nothing here
    /// remembers challenges: who asked one accepts one answer to it, and no second.
    pub fn verify(&self, candidate: &str, inputs: &Inputs<'_>) -> Result<bool, BadInputs> {
        let right = self.respond(inputs)?;
        Ok(right.reveal().as_bytes().ct_eq(candidate.as_bytes()).into())
    }

    /// The data input of RFC 6287 §5.1: the suite, a zero byte, then C, Q, P, S and T as they apply.
    fn data(&self, inputs: &Inputs<'_>) -> Result<Vec<u8>, BadInputs> {
        let suite = &self.suite;
        let mut data = suite.to_string().into_bytes();
        data.push(0);
        if suite.counter {
            let counter = inputs.counter.ok_or(BadInputs::Missing("a counter"))?;
            data.extend(counter.to_be_bytes());
        }
        data.extend(question(suite, inputs.question)?);
        if let Some(algorithm) = suite.pin {
            let pin = inputs.pin.ok_or(BadInputs::Missing("a PIN"))?;
            data.extend(digest(algorithm, pin.reveal().as_bytes()));
        }
        if let Some(length) = suite.session {
            let session = inputs.session.ok_or(BadInputs::Missing("session information"))?;
            let free = usize::from(length).checked_sub(session.len()).ok_or(BadInputs::Session)?;
            data.resize(data.len() + free, 0);
            data.extend(session);
        }
        if let Some(step) = suite.step {
            let moment = inputs.moment.ok_or(BadInputs::Missing("the time"))?;
            data.extend((moment.unix_seconds() / step).to_be_bytes());
        }
        Ok(data)
    }
}

impl fmt::Debug for Ocra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ocra").field("suite", &self.suite.to_string()).finish_non_exhaustive()
    }
}

/// The challenge at the left of its 128 bytes, with zeros after it.
fn question(suite: &Suite, text: &str) -> Result<[u8; QUESTION_BYTES], BadInputs> {
    if text.is_empty() {
        return Err(BadInputs::Missing("a challenge"));
    }
    // Mutual authentication joins two challenges, so up to twice the suite's length is right.
    if text.len() > (2 * usize::from(suite.question_length)).min(QUESTION_BYTES) {
        return Err(BadInputs::Question("it is too long"));
    }
    let mut field = [0; QUESTION_BYTES];
    match suite.question {
        Question::Alphanumeric => {
            if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(BadInputs::Question("it holds more than letters and digits"));
            }
            field[..text.len()].copy_from_slice(text.as_bytes());
        }
        Question::Numeric => {
            let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(10)).collect();
            let digits = digits.ok_or(BadInputs::Question("it holds more than digits"))?;
            lay_out(&hexadecimal(digits), &mut field);
        }
        Question::Hexadecimal => {
            let nibbles: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
            let nibbles = nibbles.ok_or(BadInputs::Question("it holds more than hex digits"))?;
            lay_out(&nibbles, &mut field);
        }
    }
    Ok(field)
}

/// The nibbles of a decimal number, the most significant first and without leading zeros.
fn hexadecimal(mut decimal: Vec<u32>) -> Vec<u32> {
    let mut nibbles = Vec::new();
    while decimal.iter().any(|digit| *digit != 0) {
        let mut rest = 0;
        for digit in &mut decimal {
            let value = rest * 10 + *digit;
            *digit = value / 16;
            rest = value % 16;
        }
        nibbles.push(rest);
    }
    if nibbles.is_empty() {
        nibbles.push(0);
    }
    nibbles.reverse();
    nibbles
}

/// Two nibbles to a byte, from the left; a last single one takes the upper half.
fn lay_out(nibbles: &[u32], field: &mut [u8]) {
    for (byte, pair) in field.iter_mut().zip(nibbles.chunks(2)) {
        let low = pair.get(1).copied().unwrap_or(0);
        *byte = u8::try_from(pair[0] << 4 | low).unwrap_or(0);
    }
}

fn hmac(algorithm: Algorithm, key: &[u8], data: &[u8]) -> Vec<u8> {
    #[expect(clippy::expect_used, reason = "RFC 2104 takes keys of every length")]
    fn tag<M: Mac + KeyInit>(key: &[u8], data: &[u8]) -> Vec<u8> {
        let keyed = <M as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
        keyed.chain_update(data).finalize().into_bytes().to_vec()
    }
    match algorithm {
        Algorithm::Sha1 => tag::<Hmac<Sha1>>(key, data),
        Algorithm::Sha256 => tag::<Hmac<Sha256>>(key, data),
        Algorithm::Sha512 => tag::<Hmac<Sha512>>(key, data),
    }
}

fn digest(algorithm: Algorithm, data: &[u8]) -> Vec<u8> {
    match algorithm {
        Algorithm::Sha1 => Sha1::digest(data).to_vec(),
        Algorithm::Sha256 => Sha256::digest(data).to_vec(),
        Algorithm::Sha512 => Sha512::digest(data).to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::hexadecimal;

    #[test]
    fn a_decimal_number_becomes_nibbles() {
        let nibbles = |text: &str| {
            let digits = text.chars().filter_map(|c| c.to_digit(10)).collect();
            hexadecimal(digits).iter().filter_map(|n| char::from_digit(*n, 16)).collect::<String>()
        };
        assert_eq!(nibbles("11111111"), "a98ac7");
        assert_eq!(nibbles("00000000"), "0");
        assert_eq!(nibbles("18446744073709551616"), "10000000000000000");
    }
}
