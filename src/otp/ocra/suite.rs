//! The names of OCRA suites: `OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1-S064-T1M` (RFC 6287 §6).

use crate::otp::Algorithm;
use std::fmt;
use std::str::FromStr;

/// What a challenge is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Question {
    /// Letters and digits.
    Alphanumeric,
    /// Digits.
    Numeric,
    /// Hexadecimal digits.
    Hexadecimal,
}

/// Which hash, how many digits, which inputs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Suite {
    /// The hash function under the HMAC.
    pub algorithm: Algorithm,
    /// Digits of the response, 4 to 10; 0 for the whole HMAC.
    pub digits: u8,
    /// Whether a counter goes in.
    pub counter: bool,
    /// What the challenge is made of.
    pub question: Question,
    /// The most characters of one challenge, 4 to 64.
    pub question_length: u8,
    /// The hash of the PIN that goes in, if one does.
    pub pin: Option<Algorithm>,
    /// Bytes of session information that go in, if any do.
    pub session: Option<u16>,
    /// Seconds of a time step, if the time goes in.
    pub step: Option<u64>,
    text: String,
}

/// A text that names no suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no OCRA suite: {0}; write one such as OCRA-1:HOTP-SHA1-6:QN08")]
pub struct UnknownSuite(pub &'static str);

impl Suite {
    /// Longer than any text that the grammar allows.
    const MOST_BYTES: usize = 64;
}

impl FromStr for Suite {
    type Err = UnknownSuite;

    fn from_str(text: &str) -> Result<Self, UnknownSuite> {
        if text.len() > Self::MOST_BYTES {
            return Err(UnknownSuite("it is too long"));
        }
        let parts: Vec<&str> = text.split(':').collect();
        let [version, function, inputs] = parts.as_slice() else {
            return Err(UnknownSuite("it has three parts with colons between"));
        };
        if *version != "OCRA-1" {
            return Err(UnknownSuite("it begins with OCRA-1"));
        }
        let (algorithm, digits) = read_function(function)?;
        let mut inputs = inputs.split('-').peekable();
        let counter = inputs.next_if_eq(&"C").is_some();
        let (question, question_length) =
            inputs.next().and_then(read_question).ok_or(UnknownSuite("a challenge is required"))?;
        let pin = inputs.next_if(|part| part.starts_with('P'));
        let pin = pin.map(|part| read_algorithm(&part[1..])).transpose()?;
        let session = inputs.next_if(|part| part.starts_with('S'));
        let session = session.map(|part| read_session(&part[1..])).transpose()?;
        let step = inputs.next_if(|part| part.starts_with('T'));
        let step = step.map(|part| read_step(&part[1..])).transpose()?;
        if inputs.next().is_some() {
            return Err(UnknownSuite("the inputs are C, Q, P, S and T in this order"));
        }
        let text = text.to_owned();
        Ok(Self { algorithm, digits, counter, question, question_length, pin, session, step, text })
    }
}

fn read_function(text: &str) -> Result<(Algorithm, u8), UnknownSuite> {
    let parts: Vec<&str> = text.split('-').collect();
    let ["HOTP", algorithm, digits] = parts.as_slice() else {
        return Err(UnknownSuite("the function is HOTP, a hash and a number of digits"));
    };
    let digits = number(digits).and_then(|digits| u8::try_from(digits).ok());
    match digits {
        Some(digits @ (0 | 4..=10)) => Ok((read_algorithm(algorithm)?, digits)),
        _ => Err(UnknownSuite("a response has 4 to 10 digits, or 0 for the whole HMAC")),
    }
}

fn read_algorithm(text: &str) -> Result<Algorithm, UnknownSuite> {
    let mut all = Algorithm::ALL.into_iter();
    all.find(|one| one.to_string() == text)
        .ok_or(UnknownSuite("the hash is SHA1, SHA256 or SHA512"))
}

fn read_question(text: &str) -> Option<(Question, u8)> {
    let mut letters = text.chars();
    if letters.next() != Some('Q') {
        return None;
    }
    let question = match letters.next() {
        Some('A') => Question::Alphanumeric,
        Some('N') => Question::Numeric,
        Some('H') => Question::Hexadecimal,
        _ => return None,
    };
    let length = letters.as_str();
    let count = number(length).filter(|count| length.len() == 2 && (4..=64).contains(count))?;
    Some((question, u8::try_from(count).ok()?))
}

/// Without a number, 64 bytes are meant.
fn read_session(text: &str) -> Result<u16, UnknownSuite> {
    let count = if text.is_empty() { Some(64) } else { number(text) };
    let count = count.filter(|count| (1..=512).contains(count));
    count.ok_or(UnknownSuite("session information has 1 to 512 bytes, such as S064"))
}

fn read_step(text: &str) -> Result<u64, UnknownSuite> {
    let wrong = UnknownSuite("a time step is 1 to 59 S or M, or 1 to 48 H, such as T1M");
    let unit = text.chars().next_back().ok_or(wrong)?;
    let count = text.strip_suffix(unit).and_then(number).map(u64::from).ok_or(wrong)?;
    match (unit, count) {
        ('S', 1..=59) => Ok(count),
        ('M', 1..=59) => Ok(count * 60),
        ('H', 1..=48) => Ok(count * 3600),
        _ => Err(wrong),
    }
}

/// Up to three digits and nothing else.
fn number(text: &str) -> Option<u16> {
    let is_short = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_short.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
