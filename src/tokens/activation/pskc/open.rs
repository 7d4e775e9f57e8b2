//! What opens an encrypted key container: a shared key, or a password and PBKDF2.

use super::{NotPskc, child, text_of};
use crate::domain::Secret;
use aes::Aes128;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use roxmltree::Node;
use secrecy::zeroize::Zeroizing;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

/// Bytes of an AES block, of an initialisation vector, and of a key of AES-128.
const BLOCK: usize = 16;

/// The most rounds of PBKDF2 that are done: ten times what is advised today, some seconds.
const MOST_ROUNDS: u32 = 6_000_000;

/// What opens an encrypted container.
#[derive(Debug, Clone, Copy, Default)]
pub enum Unlock<'a> {
    /// Nothing: only plain values can be read.
    #[default]
    Nothing,
    /// A password, from which the container says how to derive the key.
    Password(&'a Secret),
    /// The pre-shared key itself.
    Key(&'a [u8]),
}

/// The keys of one container.
pub(super) struct Opener {
    cipher: Option<Zeroizing<Vec<u8>>>,
    mac: Option<(Hash, Zeroizing<Vec<u8>>)>,
}

/// The hash under a MAC.
#[derive(Clone, Copy)]
enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

impl Opener {
    pub(super) fn of(root: Node<'_, '_>, unlock: &Unlock<'_>) -> Result<Self, NotPskc> {
        let cipher = match (unlock, child(root, "EncryptionKey")) {
            (Unlock::Nothing, _) | (_, None) => None,
            (Unlock::Key(key), Some(_)) => Some(Zeroizing::new(key.to_vec())),
            (Unlock::Password(password), Some(node)) => Some(derived(node, password)?),
        };
        let mut opener = Self { cipher, mac: None };
        if let Some(method) = child(root, "MACMethod").filter(|_| opener.cipher.is_some()) {
            let hash = hash_of(method)?;
            let key = match child(method, "MACKey") {
                Some(node) => Zeroizing::new(opener.decrypted(node)?.1),
                // RFC 6030 §6.1.1: without a key of its own the MAC uses the encryption key.
                None => opener.cipher.clone().ok_or(NotPskc::Sealed)?,
            };
            opener.mac = Some((hash, key));
        }
        Ok(opener)
    }

    /// The secret in `node`: `PlainValue`, or `EncryptedValue` with `ValueMAC`.
    pub(super) fn secret(&self, node: Node<'_, '_>) -> Result<Vec<u8>, NotPskc> {
        if let Some(plain) = text_of(node, "PlainValue") {
            return base64(&plain, "PlainValue");
        }
        self.opened(node)
    }

    /// The whole number called `name` in `data`, plain in decimal or encrypted as big-endian bytes.
    pub(super) fn number(
        &self,
        data: Node<'_, '_>,
        name: &'static str,
    ) -> Result<Option<u64>, NotPskc> {
        let Some(node) = child(data, name) else { return Ok(None) };
        if let Some(plain) = text_of(node, "PlainValue") {
            return plain.parse().map(Some).map_err(|_| NotPskc::Value(name));
        }
        let bytes = self.opened(node)?;
        if bytes.len() > 8 {
            return Err(NotPskc::Value(name));
        }
        Ok(Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))))
    }

    fn opened(&self, node: Node<'_, '_>) -> Result<Vec<u8>, NotPskc> {
        let encrypted = child(node, "EncryptedValue").ok_or(NotPskc::Missing("a value"))?;
        if self.cipher.is_none() {
            return Err(NotPskc::Sealed);
        }
        let mac = text_of(node, "ValueMAC").ok_or(NotPskc::NoMac)?;
        let (hash, key) = self.mac.as_ref().ok_or(NotPskc::Missing("MACMethod"))?;
        let sealed = cipher_value(encrypted)?;
        if !hash.agrees(key, &sealed, &base64(&mac, "ValueMAC")?) {
            return Err(NotPskc::MacMismatch);
        }
        self.decrypted(encrypted).map(|(_, plain)| plain)
    }

    /// The sealed bytes of `node`, and what is inside.
    fn decrypted(&self, node: Node<'_, '_>) -> Result<(Vec<u8>, Vec<u8>), NotPskc> {
        let method = child(node, "EncryptionMethod").and_then(|one| one.attribute("Algorithm"));
        match method.ok_or(NotPskc::Missing("EncryptionMethod"))? {
            known if known.ends_with("#aes128-cbc") => {}
            other => return Err(NotPskc::Unsupported(other.to_owned())),
        }
        let sealed = cipher_value(node)?;
        let key = self.cipher.as_ref().ok_or(NotPskc::Sealed)?;
        let (iv, body) = sealed.split_at_checked(BLOCK).ok_or(NotPskc::Value("CipherValue"))?;
        let opened = cbc::Decryptor::<Aes128>::new_from_slices(key, iv)
            .map_err(|_| NotPskc::Value("the key that opens the container"))?
            .decrypt_padded_vec::<Pkcs7>(body);
        // A wrong key shows here if it was the MAC's own key that it should have opened.
        let plain = opened.map_err(|_| NotPskc::MacMismatch)?;
        Ok((sealed, plain))
    }
}

impl Hash {
    fn agrees(self, key: &[u8], message: &[u8], mac: &[u8]) -> bool {
        fn verified<M: Mac + KeyInit>(key: &[u8], message: &[u8], mac: &[u8]) -> bool {
            <M as KeyInit>::new_from_slice(key)
                .is_ok_and(|keyed| keyed.chain_update(message).verify_slice(mac).is_ok())
        }
        match self {
            Self::Sha1 => verified::<Hmac<Sha1>>(key, message, mac),
            Self::Sha256 => verified::<Hmac<Sha256>>(key, message, mac),
            Self::Sha512 => verified::<Hmac<Sha512>>(key, message, mac),
        }
    }
}

fn hash_of(node: Node<'_, '_>) -> Result<Hash, NotPskc> {
    let name = node.attribute("Algorithm").ok_or(NotPskc::Missing("Algorithm of MACMethod"))?;
    match name.rsplit('#').next().unwrap_or(name) {
        "hmac-sha1" => Ok(Hash::Sha1),
        "hmac-sha256" => Ok(Hash::Sha256),
        "hmac-sha512" => Ok(Hash::Sha512),
        _ => Err(NotPskc::Unsupported(name.to_owned())),
    }
}

/// The key that `password` gives by what the container says (RFC 8018 §5.2).
fn derived(node: Node<'_, '_>, password: &Secret) -> Result<Zeroizing<Vec<u8>>, NotPskc> {
    let wanted = NotPskc::Missing("DerivedKey");
    let method = child(node, "DerivedKey").and_then(|one| child(one, "KeyDerivationMethod"));
    let method = method.ok_or(wanted)?;
    let name = method.attribute("Algorithm").unwrap_or_default();
    if !name.ends_with("#pbkdf2") {
        return Err(NotPskc::Unsupported(name.to_owned()));
    }
    let parameters = child(method, "PBKDF2-params").ok_or(NotPskc::Missing("PBKDF2-params"))?;
    let salt = child(parameters, "Salt").and_then(|salt| text_of(salt, "Specified"));
    let salt = base64(&salt.ok_or(NotPskc::Missing("Salt"))?, "Salt")?;
    let rounds = text_of(parameters, "IterationCount").and_then(|text| text.parse().ok());
    let rounds: u32 = rounds.ok_or(NotPskc::Missing("IterationCount"))?;
    let length = text_of(parameters, "KeyLength").map_or(Some(BLOCK), |text| text.parse().ok());
    if length != Some(BLOCK) {
        return Err(NotPskc::Value("KeyLength"));
    }
    if rounds == 0 || rounds > MOST_ROUNDS {
        return Err(NotPskc::Value("IterationCount"));
    }
    let mut key = Zeroizing::new(vec![0; BLOCK]);
    let password = password.reveal().as_bytes();
    let prf = child(parameters, "PRF").map(hash_of).transpose()?;
    match prf.unwrap_or(Hash::Sha1) {
        Hash::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>(password, &salt, rounds, &mut key),
        Hash::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(password, &salt, rounds, &mut key),
        Hash::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(password, &salt, rounds, &mut key),
    }
    Ok(key)
}

fn cipher_value(node: Node<'_, '_>) -> Result<Vec<u8>, NotPskc> {
    let value = child(node, "CipherData").and_then(|data| text_of(data, "CipherValue"));
    base64(&value.ok_or(NotPskc::Missing("CipherValue"))?, "CipherValue")
}

fn base64(text: &str, name: &'static str) -> Result<Vec<u8>, NotPskc> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    BASE64.decode(compact.as_bytes()).map_err(|_| NotPskc::Value(name))
}
