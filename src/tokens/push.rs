//! What shows that an answer to a push comes from the token: an HMAC with the token's key. A format of
//! this project (`docs/device-api.md`); how vendors compute their confirmation codes is not known.

use super::activation::SerialNumber;
use crate::domain::PushAnswer;
use crate::otp::Key;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// That the token asks for what waits for it.
#[must_use]
pub fn of_question(key: &Key, serial: SerialNumber) -> String {
    proof(key, &["push pending", &serial.to_string()])
}

/// That the token answers `transaction`, with the number that was tapped.
#[must_use]
pub fn of_answer(
    key: &Key,
    serial: SerialNumber,
    transaction: &str,
    (answer, number): (PushAnswer, Option<&str>),
) -> String {
    let (serial, answer) = (serial.to_string(), answer.to_string());
    proof(key, &["push answer", &serial, transaction, &answer, number.unwrap_or_default()])
}

/// HMAC-SHA-256 over the lines, each with a line feed behind it. No counter of a code is as long.
fn proof(key: &Key, lines: &[&str]) -> String {
    #[allow(clippy::expect_used, reason = "RFC 2104 takes keys of every length")]
    let mut mac = <Hmac<Sha256>>::new_from_slice(key.bytes()).expect("HMAC takes any key");
    for line in lines {
        mac.update(line.as_bytes());
        mac.update(b"\n");
    }
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::{of_answer, of_question};
    use crate::domain::PushAnswer::{Cancel, Confirm};
    use crate::otp::Key;

    /// Both were made by OpenSSL's HMAC and stand in `docs/device-api.md`.
    #[test]
    fn the_documented_example_is_reproduced() {
        let key = Key::new(b"0123456789abcdef".to_vec());
        let serial = "12345-67897".parse().expect("a serial number");
        let question = of_question(&key, serial);
        let answer = of_answer(&key, serial, "a1b2", (Confirm, Some("42")));
        assert_eq!(question, EXAMPLE_QUESTION);
        assert_eq!(answer, EXAMPLE_ANSWER);
        assert_ne!(answer, of_answer(&key, serial, "a1b2", (Cancel, Some("42"))));
        assert_ne!(answer, of_answer(&key, serial, "a1b2", (Confirm, None)));
    }

    const EXAMPLE_QUESTION: &str =
        "ae93d904f046595b40902d82201f963a3807a232516c65e22dee45b2d316ab1e";
    const EXAMPLE_ANSWER: &str = "94083c5e9321d34ec5077df1f3a7f7eb5771e65e16ff2eff2134cc2e8332fdd3";
}
