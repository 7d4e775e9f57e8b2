//! HOTP (RFC 4226): codes of a counter, with the keyed state of the HMAC kept.

use super::keyed::Keyed;
use super::lanes::Steps;
use super::lanes::single::Single;
use super::{Algorithm, Code, Digits, Key, Window};
use std::fmt;

/// A generator and verifier of counter-based codes.
///
/// Half of the hashing depends on the key alone and is done here once: a verifier that serves many
/// sign-ins keeps this value instead of the key.
#[derive(Clone)]
pub struct Hotp {
    keyed: Keyed,
    digits: Digits,
}

impl Hotp {
    /// A generator with `key`, of any length (longer than a block it is hashed, RFC 2104 §2).
    #[must_use]
    pub fn new(key: &Key, algorithm: Algorithm, digits: Digits) -> Self {
        Self { keyed: Keyed::new(key, algorithm), digits }
    }

    /// The code of `counter`.
    #[must_use]
    pub fn code(&self, counter: u64) -> Code {
        Code::of(self.truncated(counter), self.digits)
    }

    /// The lowest counter of `window` around the expected counter `around` whose code is
    /// `candidate`.
    ///
    /// `candidate` must be exactly as many ASCII digits as this generator gives. Every code of the
    /// window is computed and compared whatever matches, so the time tells nothing but the width of
    /// the window, and whether the candidate is a code at all. **A code that was accepted before is
    /// accepted again**: keep the counter that is returned and refuse those up to it (RFC 4226
    /// §7.2, RFC 6238 §5.2).
    #[must_use]
    pub fn verify(&self, candidate: &str, around: u64, window: Window) -> Option<u64> {
        let single = Single::new(self.digits.read(candidate)?, self.digits);
        single.among(&self.keyed, window.counters(around))
    }

    /// As [`Hotp::verify`], with what of the hashing depends on the counters alone done before: the
    /// same steps serve everybody who is verified at one time.
    #[must_use]
    pub fn verify_at(&self, candidate: &str, steps: &Steps) -> Option<u64> {
        Single::new(self.digits.read(candidate)?, self.digits).at(&self.keyed, steps)
    }

    /// The whole HMAC of `counter`: the evidence from which a code is truncated.
    #[must_use]
    pub fn mac(&self, counter: u64) -> Vec<u8> {
        self.keyed.tag(counter).bytes().to_vec()
    }

    #[inline]
    fn truncated(&self, counter: u64) -> u32 {
        truncate(self.keyed.tag(counter).bytes())
    }
}

impl fmt::Debug for Hotp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hotp").field("digits", &self.digits).finish_non_exhaustive()
    }
}

/// The 31 bits that RFC 4226 §5.3 takes from an HMAC, at the offset its last four bits name.
///
/// `mac` has at least 20 bytes, as every HMAC here has; a shorter one may give 0.
#[must_use]
#[inline]
pub fn truncate(mac: &[u8]) -> u32 {
    let offset = usize::from(mac.last().copied().unwrap_or(0) & 0xf);
    let bytes = mac.get(offset..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default();
    u32::from_be_bytes(bytes) & 0x7fff_ffff
}

#[cfg(test)]
mod tests {
    use super::{Hotp, truncate};
    use crate::otp::{Algorithm, Digits, Key, Window};

    fn hotp() -> Hotp {
        Hotp::new(&Key::new(b"12345678901234567890".to_vec()), Algorithm::Sha1, Digits::SIX)
    }

    #[test]
    fn the_counter_of_the_code_is_returned() {
        assert_eq!(hotp().verify("969429", 2, Window::ahead(3)), Some(3));
        assert_eq!(hotp().verify("969429", 4, Window::ahead(3)), None);
        assert_eq!(hotp().verify("969429", 4, Window::ONE_STEP), Some(3));
    }

    #[test]
    fn the_lowest_of_two_counters_with_the_same_code_is_returned() {
        let codes: Vec<String> =
            (0..2400).map(|counter| hotp().code(counter).to_string()).collect();
        let first_of = |code| codes.iter().position(|other| other == code).expect("it is there");
        let twin = codes.iter().enumerate().find(|(at, code)| first_of(*code) < *at);
        let (later, code) = twin.expect("of 2400 codes of a million, two are equal");
        let window = Window::new(Window::MOST, Window::MOST).expect("the bound is allowed");
        let lowest = u64::try_from(first_of(code)).expect("a small number");
        assert!(lowest < later as u64);
        assert_eq!(hotp().verify(code, 1200, window), Some(lowest));
    }

    #[test]
    fn a_window_at_the_end_of_the_number_line_is_searched_to_its_end() {
        let last = hotp().code(u64::MAX).to_string();
        assert_eq!(hotp().verify(&last, u64::MAX, Window::ONE_STEP), Some(u64::MAX));
    }

    #[test]
    fn truncating_what_is_too_short_does_not_panic() {
        assert_eq!(truncate(&[]), 0);
        assert_eq!(truncate(&[0xff; 4]), 0);
        assert_eq!(truncate(&[0x80, 1, 2, 0x30]), 0x0001_0230);
    }
}
