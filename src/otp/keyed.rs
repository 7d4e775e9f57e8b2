//! HMAC (RFC 2104) of eight-byte messages, with the work that depends on the key done once.
//!
//! Keying an HMAC compresses two blocks and each message two more. A general HMAC that is cloned
//! for each message saves the first two, and then spends as long on its block buffer as on the
//! hash. Here the two blocks of a message are laid out by hand.

use super::lanes::function::Word;
use super::{Algorithm, Key};
use secrecy::zeroize::{Zeroize, Zeroizing};
use sha1::{Digest, Sha1, block_api::compress as compress_sha1};
use sha2::block_api::{compress256, compress512};
use sha2::{Sha256, Sha512};

/// A keyed HMAC.
#[derive(Clone)]
pub(super) enum Keyed {
    Sha1(Halves<u32, 5>),
    Sha256(Halves<u32, 8>),
    Sha512(Box<Halves<u64, 8>>),
}

/// The states of the inner and the outer hash after the key's block: as good as the key, so they
/// are wiped when dropped.
#[derive(Clone)]
pub(super) struct Halves<W: Zeroize, const WORDS: usize> {
    pub(super) inner: [W; WORDS],
    pub(super) outer: [W; WORDS],
}

/// The longest HMAC of the three, in bytes.
const LONGEST: usize = 64;

/// An HMAC: the first `length` of `bytes`.
pub(super) struct Tag {
    bytes: [u8; LONGEST],
    length: usize,
}

/// Initial state of SHA-1 (FIPS 180-4 §5.3.1).
const SHA1_START: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];

/// Initial state of SHA-256 (FIPS 180-4 §5.3.3).
const SHA256_START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Initial state of SHA-512 (FIPS 180-4 §5.3.5).
const SHA512_START: [u64; 8] = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

/// SHA-1 keyed with `key`.
pub(super) fn sha1(key: &[u8]) -> Halves<u32, 5> {
    Halves::new(&block_of::<Sha1, 64>(key), SHA1_START, compress_sha1)
}

/// SHA-256 keyed with `key`.
pub(super) fn sha256(key: &[u8]) -> Halves<u32, 8> {
    Halves::new(&block_of::<Sha256, 64>(key), SHA256_START, compress256)
}

/// SHA-512 keyed with `key`.
pub(super) fn sha512(key: &[u8]) -> Halves<u64, 8> {
    Halves::new(&block_of::<Sha512, 128>(key), SHA512_START, compress512)
}

impl Keyed {
    pub(super) fn new(key: &Key, algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha1 => Self::Sha1(sha1(key.bytes())),
            Algorithm::Sha256 => Self::Sha256(sha256(key.bytes())),
            Algorithm::Sha512 => Self::Sha512(Box::new(sha512(key.bytes()))),
        }
    }

    /// The HMAC of `counter` as eight bytes, the most significant first (RFC 4226 §5.2).
    pub(super) fn tag(&self, counter: u64) -> Tag {
        match self {
            Self::Sha1(halves) => halves.tag(counter, compress_sha1, u32::to_be_bytes),
            Self::Sha256(halves) => halves.tag(counter, compress256, u32::to_be_bytes),
            Self::Sha512(halves) => halves.tag(counter, compress512, u64::to_be_bytes),
        }
    }
}

impl Tag {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl<W: Word, const WORDS: usize> Halves<W, WORDS> {
    /// `key` is a whole block, as [`block_of`] makes it.
    fn new<const BLOCK: usize>(
        key: &[u8; BLOCK],
        start: [W; WORDS],
        compress: fn(&mut [W; WORDS], &[[u8; BLOCK]]),
    ) -> Self {
        let after = |pad: u8| {
            let mut state = start;
            let mut block = key.map(|byte| byte ^ pad);
            compress(&mut state, std::slice::from_ref(&block));
            block.zeroize();
            state
        };
        Self { inner: after(0x36), outer: after(0x5c) }
    }

    fn tag<const BLOCK: usize, const BYTES: usize>(
        &self,
        counter: u64,
        compress: fn(&mut [W; WORDS], &[[u8; BLOCK]]),
        bytes: fn(W) -> [u8; BYTES],
    ) -> Tag {
        let length = WORDS * BYTES;
        let mut inner = self.inner;
        compress(&mut inner, &[last_block(&counter.to_be_bytes())]);
        let mut outer = self.outer;
        compress(&mut outer, &[last_block(&bytes_of(inner, bytes)[..length])]);
        Tag { bytes: bytes_of(outer, bytes), length }
    }
}

impl<W: Zeroize, const WORDS: usize> Drop for Halves<W, WORDS> {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

/// The key as one block: filled up with zeros, or hashed first if it is longer.
fn block_of<D: Digest, const BLOCK: usize>(key: &[u8]) -> Zeroizing<[u8; BLOCK]> {
    let mut block = Zeroizing::new([0; BLOCK]);
    if key.len() <= BLOCK {
        block[..key.len()].copy_from_slice(key);
    } else {
        let hashed = D::digest(key);
        block[..hashed.len()].copy_from_slice(&hashed);
    }
    block
}

/// The block that ends a hash of the key's block and `message`, which is at most half a block here:
/// the message, a one bit, zeros, and the length of both in bits (FIPS 180-4 §5.1).
fn last_block<const BLOCK: usize>(message: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block[..message.len()].copy_from_slice(message);
    block[message.len()] = 0x80;
    let bits = 8 * (BLOCK + message.len()) as u64;
    block[BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
    block
}

/// The words of a state, each with its most significant byte first.
fn bytes_of<W: Copy, const WORDS: usize, const BYTES: usize>(
    state: [W; WORDS],
    bytes: fn(W) -> [u8; BYTES],
) -> [u8; LONGEST] {
    let mut all = [0; LONGEST];
    for (chunk, word) in all.chunks_exact_mut(BYTES).zip(state) {
        chunk.copy_from_slice(&bytes(word));
    }
    all
}
