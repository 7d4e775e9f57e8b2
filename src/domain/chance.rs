//! Chance: the only module that makes randomness. One seed makes the world.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt, SeedableRng, TryRng};

/// A seeded source. The same seed and purpose give the same values on every machine.
#[derive(Debug)]
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The source for `purpose` in the world of `seed`. Different purposes do not disturb each
    /// other: a draw more in one leaves the others as they were.
    #[must_use]
    pub fn seeded(seed: u64, purpose: &str) -> Self {
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        for (lane, bytes) in key[8..].chunks_exact_mut(8).enumerate() {
            bytes.copy_from_slice(&fnv1a(lane as u64, purpose).to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A seed from the operating system, for people who ask for a new one each time.
    ///
    /// # Errors
    /// Says why the operating system gave none.
    pub fn fresh_seed() -> Result<u64, String> {
        rand::rngs::SysRng.try_next_u64().map_err(|error| error.to_string())
    }

    /// A number from 0 up to, not including, `bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.0.random_range(0..bound) }
    }

    /// `count` decimal digits, leading zeros included.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.0.random_range(0..10_u8))).collect()
    }

    /// `N` bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// One of `choices`, or nothing if there are none.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let index = self.below(choices.len() as u64);
        choices.get(usize::try_from(index).unwrap_or(0))
    }

    /// The generator itself, for libraries that draw from one.
    pub fn rng(&mut self) -> &mut ChaCha8Rng {
        &mut self.0
    }
}

/// FNV-1a, 64 bit: not for security, only to give each purpose a key of its own.
fn fnv1a(lane: u64, text: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ lane.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    text.bytes()
        .fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn the_same_seed_and_purpose_give_the_same_values() {
        let draw = |seed, purpose| Chance::seeded(seed, purpose).digits(12);
        assert_eq!(draw(7, "ada"), draw(7, "ada"));
        assert_ne!(draw(7, "ada"), draw(7, "bob"));
        assert_ne!(draw(7, "ada"), draw(8, "ada"));
    }

    #[test]
    fn digits_are_decimal_and_as_many_as_asked() {
        let digits = Chance::seeded(1, "digits").digits(8);
        assert_eq!(digits.len(), 8);
        assert!(digits.bytes().all(|byte| byte.is_ascii_digit()));
    }
}
