//! HOTP (RFC 4226): HMAC of a counter, dynamically truncated.

use super::{Algorithm, Code, Digits, Key, Window};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::{ConditionallySelectable, ConstantTimeEq};

/// A generator and verifier that keeps the keyed HMAC state, so that each code costs two
/// compressions instead of four.
#[derive(Clone)]
pub struct Hotp {
    state: State,
    digits: Digits,
}

#[derive(Clone)]
enum State {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
    Sha512(Box<Hmac<Sha512>>),
}

fn keyed<M: KeyInit>(key: &Key) -> M {
    #[allow(clippy::expect_used, reason = "HMAC takes keys of every length (RFC 2104 §3)")]
    M::new_from_slice(key.bytes()).expect("every length is allowed")
}

/// Dynamic truncation (RFC 4226 §5.3): 31 bits from where the last nibble points.
fn truncate(hmac: &[u8]) -> u32 {
    let offset = usize::from(hmac[hmac.len() - 1] & 0x0f);
    let word = [hmac[offset], hmac[offset + 1], hmac[offset + 2], hmac[offset + 3]];
    u32::from_be_bytes(word) & 0x7fff_ffff
}

impl Hotp {
    /// A generator for `key`.
    #[must_use]
    pub fn new(key: &Key, algorithm: Algorithm, digits: Digits) -> Self {
        let state = match algorithm {
            Algorithm::Sha1 => State::Sha1(keyed(key)),
            Algorithm::Sha256 => State::Sha256(keyed(key)),
            Algorithm::Sha512 => State::Sha512(Box::new(keyed(key))),
        };
        Self { state, digits }
    }

    /// The code for `counter`.
    #[must_use]
    pub fn code(&self, counter: u64) -> Code {
        Code::new(self.truncated(counter), self.digits)
    }

    /// The lowest counter of the `window` around `around` whose code is `candidate`.
    ///
    /// Every counter is computed and compared whatever matches, so the time says nothing. A
    /// candidate that is not exactly the digits in ASCII matches nothing.
    #[must_use]
    pub fn verify(&self, candidate: &str, around: u64, window: Window) -> Option<u64> {
        let candidate = Code::parse(candidate, self.digits)?;
        let (mut matched, mut found) = (0_u64, subtle::Choice::from(0));
        for counter in window.counters(around).rev() {
            let equal = self.code(counter).value().ct_eq(&candidate);
            matched.conditional_assign(&counter, equal);
            found |= equal;
        }
        bool::from(found).then_some(matched)
    }

    fn truncated(&self, counter: u64) -> u32 {
        let counter = counter.to_be_bytes();
        match &self.state {
            State::Sha1(mac) => {
                truncate(&mac.clone().chain_update(counter).finalize().into_bytes())
            }
            State::Sha256(mac) => {
                truncate(&mac.clone().chain_update(counter).finalize().into_bytes())
            }
            State::Sha512(mac) => {
                truncate(&Hmac::clone(mac).chain_update(counter).finalize().into_bytes())
            }
        }
    }
}
