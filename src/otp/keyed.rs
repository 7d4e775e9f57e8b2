//! HMAC (RFC 2104) of eight-byte messages, with the work that depends on the key done once.
//!
//! Keying an HMAC compresses two blocks and each message two more. A general HMAC that is cloned
//! for each message saves the first two, and then spends as long on its block buffer as on the
//! hash. Here the two blocks of a message are laid out by hand. SHA-512, which few deployments use,
//! keeps the general way.

use super::{Algorithm, Key};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::zeroize::{Zeroize, Zeroizing};
use sha1::{Digest, Sha1, block_api::compress as compress_sha1};
use sha2::{Sha256, Sha512, block_api::compress256};

/// A keyed HMAC.
#[derive(Clone)]
pub(super) enum Keyed {
    Sha1(Halves<5>),
    Sha256(Halves<8>),
    Sha512(Box<Hmac<Sha512>>),
}

/// The states of the inner and the outer hash after the key's block: as good as the key, so they
/// are wiped when dropped.
#[derive(Clone)]
pub(super) struct Halves<const WORDS: usize> {
    inner: [u32; WORDS],
    outer: [u32; WORDS],
}

/// The longest HMAC of the three, in bytes.
const LONGEST: usize = 64;

/// An HMAC: the first `length` of `bytes`.
pub(super) struct Tag {
    bytes: [u8; LONGEST],
    length: usize,
}

/// Bytes in a block of SHA-1 and SHA-256.
const BLOCK: usize = 64;

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

type Compress<const WORDS: usize> = fn(&mut [u32; WORDS], &[[u8; BLOCK]]);

impl Keyed {
    pub(super) fn new(key: &Key, algorithm: Algorithm) -> Self {
        let bytes = key.bytes();
        match algorithm {
            Algorithm::Sha1 => {
                Self::Sha1(Halves::new(&block_of::<Sha1>(bytes), SHA1_START, compress_sha1))
            }
            Algorithm::Sha256 => {
                Self::Sha256(Halves::new(&block_of::<Sha256>(bytes), SHA256_START, compress256))
            }
            Algorithm::Sha512 => {
                #[expect(clippy::expect_used, reason = "RFC 2104 takes keys of every length")]
                let keyed = Hmac::new_from_slice(bytes).expect("HMAC takes a key of any length");
                Self::Sha512(Box::new(keyed))
            }
        }
    }

    /// The HMAC of `counter` as eight bytes, the most significant first (RFC 4226 §5.1).
    #[inline]
    pub(super) fn tag(&self, counter: u64) -> Tag {
        match self {
            Self::Sha1(halves) => halves.tag(counter, compress_sha1),
            Self::Sha256(halves) => halves.tag(counter, compress256),
            Self::Sha512(keyed) => {
                let mac = Mac::chain_update(keyed.as_ref().clone(), counter.to_be_bytes());
                Tag { bytes: mac.finalize().into_bytes().into(), length: LONGEST }
            }
        }
    }
}

impl Tag {
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl<const WORDS: usize> Halves<WORDS> {
    /// `key` is a whole block, as [`block_of`] makes it.
    fn new(key: &[u8; BLOCK], start: [u32; WORDS], compress: Compress<WORDS>) -> Self {
        let after = |pad: u8| {
            let mut state = start;
            let mut block = key.map(|byte| byte ^ pad);
            compress(&mut state, std::slice::from_ref(&block));
            block.zeroize();
            state
        };
        Self { inner: after(0x36), outer: after(0x5c) }
    }

    #[inline]
    fn tag(&self, counter: u64, compress: impl Fn(&mut [u32; WORDS], &[[u8; BLOCK]])) -> Tag {
        let mut inner = self.inner;
        compress(&mut inner, &[last_block(&counter.to_be_bytes())]);
        let mut outer = self.outer;
        compress(&mut outer, &[last_block(&bytes_of(inner)[..WORDS * 4])]);
        Tag { bytes: bytes_of(outer), length: WORDS * 4 }
    }
}

impl<const WORDS: usize> Drop for Halves<WORDS> {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

/// The key as one block: filled up with zeros, or hashed first if it is longer.
fn block_of<D: Digest>(key: &[u8]) -> Zeroizing<[u8; BLOCK]> {
    let mut block = Zeroizing::new([0; BLOCK]);
    if key.len() <= BLOCK {
        block[..key.len()].copy_from_slice(key);
    } else {
        let hashed = D::digest(key);
        block[..hashed.len()].copy_from_slice(&hashed);
    }
    block
}

/// The block that ends a hash of the key's block and `message`, which is at most 32 bytes here:
/// the message, a one bit, zeros, and the length of both in bits (FIPS 180-4 §5.1.1).
#[inline]
fn last_block(message: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block[..message.len()].copy_from_slice(message);
    block[message.len()] = 0x80;
    let bits = 8 * (BLOCK + message.len()) as u64;
    block[BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
    block
}

/// The words of a state, each with its most significant byte first.
#[inline]
fn bytes_of<const WORDS: usize>(state: [u32; WORDS]) -> [u8; LONGEST] {
    let mut bytes = [0; LONGEST];
    for (chunk, word) in bytes.chunks_exact_mut(4).zip(state) {
        chunk.copy_from_slice(&word.to_be_bytes());
    }
    bytes
}
