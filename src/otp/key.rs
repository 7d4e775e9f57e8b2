//! The secret that a token and its verifier share.

use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretBox};
use std::fmt;
use subtle::ConstantTimeEq;

/// Key bytes that are wiped when dropped, never printed, and compare in constant time.
///
/// Any length is accepted, because a harness must be able to say what a short key leads to;
/// RFC 4226 §4 R6 asks for 16 bytes at least and 20 by preference.
pub struct Key(SecretBox<[u8]>);

impl Key {
    /// Takes the bytes over; the vector's own memory is wiped.
    #[must_use]
    pub fn new(mut bytes: Vec<u8>) -> Self {
        // Copied, not converted: shrinking a vector to a box may leave its old memory behind.
        let boxed: Box<[u8]> = Box::from(bytes.as_slice());
        bytes.zeroize();
        Self(SecretBox::new(boxed))
    }

    /// The bytes themselves. Each call is a place where the key leaves its wrapper.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

impl Clone for Key {
    fn clone(&self) -> Self {
        Self(SecretBox::new(Box::from(self.bytes())))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

/// Constant time for equal lengths; the length itself is no secret here.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.bytes().ct_eq(other.bytes()).into()
    }
}

impl Eq for Key {}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn a_key_is_never_printed() {
        assert_eq!(format!("{:?}", Key::new(b"hunter2".to_vec())), "[key]");
    }

    #[test]
    fn keys_are_equal_when_their_bytes_are() {
        let key = Key::new(vec![1, 2, 3]);
        assert_eq!(key, key.clone());
        assert_ne!(key, Key::new(vec![1, 2, 4]));
        assert_ne!(key, Key::new(vec![1, 2, 3, 0]));
    }
}
