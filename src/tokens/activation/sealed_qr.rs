//! Sealed offline activation: a QR code that only the password beside it opens.
//!
//! `igmobileotp://?action=secactivate&enc=…&v=1&mac=…`, where `enc` is base64 of an 8-byte salt and
//! an AES-128-CBC ciphertext, and `mac` the first 12 bytes of an HMAC-SHA256 over the query exactly
//! as it stands, percent escapes included. Keys and IV come from PBKDF2-HMAC-SHA256 over the
//! password, 1,000 rounds. Pinned by published examples in `fixtures/vectors`.

use crate::domain::Secret;
use aes::Aes128;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use pbkdf2::pbkdf2;
use serde::Deserialize;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The scheme that apps register for; tenants may configure another.
pub const SCHEME: &str = "igmobileotp";

/// PBKDF2 rounds, as the format has them.
const ROUNDS: u32 = 1_000;

/// Bytes of the salt before the ciphertext.
const SALT: usize = 8;

/// Bytes of the HMAC that are kept.
const TAG: usize = 12;

/// The longest URI that is read, in bytes: the largest QR code holds 2,953.
const LONGEST: usize = 4_096;

/// What is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedActivation {
    /// The serial number, with its hyphen.
    pub serial_number: String,
    /// The activation code, with its hyphens.
    pub activation_code: Secret,
    /// The policy: a text that itself holds JSON. It may enter the seed.
    pub policy: Option<String>,
    /// Where to register, without a scheme.
    pub address: String,
}

/// Why a sealed activation does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// Not this format at all.
    #[error("it is no sealed activation: {0}")]
    NotSealed(&'static str),
    /// The tag does not fit: another password, or a changed text.
    #[error("the password does not open it, or the text was changed")]
    WrongPassword,
    /// The tag fits and what is inside makes no sense.
    #[error("what is inside makes no sense")]
    Garbled,
}

#[derive(Deserialize)]
struct Plaintext {
    sn: String,
    ac: Secret,
    policy: Option<String>,
    regurl: String,
}

/// The keys of one salt and password.
struct Keys {
    aes: [u8; 16],
    hmac: [u8; 32],
    iv: [u8; 16],
}

impl Keys {
    fn derive(password: &Secret, salt: &[u8]) -> Self {
        let mut okm = [0; 64];
        let password = password.reveal().as_bytes();
        #[allow(clippy::expect_used, reason = "HMAC takes keys of every length (RFC 2104 §3)")]
        pbkdf2::<Hmac<Sha256>>(password, salt, ROUNDS, &mut okm).expect("every length");
        let (mut aes, mut hmac, mut iv) = ([0; 16], [0; 32], [0; 16]);
        aes.copy_from_slice(&okm[..16]);
        hmac.copy_from_slice(&okm[16..48]);
        iv.copy_from_slice(&okm[48..]);
        Self { aes, hmac, iv }
    }

    fn tag(&self, text: &str) -> [u8; TAG] {
        #[allow(clippy::expect_used, reason = "HMAC takes keys of every length (RFC 2104 §3)")]
        let mac = Hmac::<Sha256>::new_from_slice(&self.hmac).expect("every length");
        let full = mac.chain_update(text).finalize().into_bytes();
        let mut tag = [0; TAG];
        tag.copy_from_slice(&full[..TAG]);
        tag
    }
}

/// Whether `text` looks like a sealed activation.
#[must_use]
pub fn recognises(text: &str) -> bool {
    text.split_once("://?")
        .is_some_and(|(scheme, query)| scheme == SCHEME && query.starts_with("action=secactivate&"))
}

impl SealedActivation {
    /// Seals for `password`. The same salt and password give the same URI.
    #[must_use]
    pub fn seal(&self, password: &Secret, salt: [u8; SALT]) -> Secret {
        let keys = Keys::derive(password, &salt);
        let cipher = cbc::Encryptor::<Aes128>::new(&keys.aes.into(), &keys.iv.into());
        let mut sealed = Vec::from(salt);
        sealed.extend(cipher.encrypt_padded_vec::<Pkcs7>(self.plaintext().as_bytes()));
        let query = format!("action=secactivate&enc={}&v=1", escaped(&BASE64.encode(&sealed)));
        let tag = escaped(&BASE64.encode(&keys.tag(&query)));
        Secret::new(format!("{SCHEME}://?{query}&mac={tag}"))
    }

    /// Opens `uri` with `password`.
    ///
    /// # Errors
    /// [`NotOpened`]. A wrong password and a changed text cannot be told apart.
    pub fn open(uri: &str, password: &Secret) -> Result<Self, NotOpened> {
        if uri.len() > LONGEST || !recognises(uri) {
            return Err(NotOpened::NotSealed("the scheme or action is another"));
        }
        let (_, query) = uri.split_once("://?").unwrap_or_default();
        let (covered, mac) =
            query.rsplit_once("&mac=").ok_or(NotOpened::NotSealed("the mac is missing"))?;
        let enc = covered.split('&').find_map(|pair| pair.strip_prefix("enc="));
        let sealed = unescaped(enc.ok_or(NotOpened::NotSealed("enc is missing"))?)?;
        let (salt, ciphertext) =
            sealed.split_at_checked(SALT).ok_or(NotOpened::NotSealed("enc is too short"))?;
        let keys = Keys::derive(password, salt);
        if !bool::from(unescaped(mac)?.ct_eq(&keys.tag(covered))) {
            return Err(NotOpened::WrongPassword);
        }
        let cipher = cbc::Decryptor::<Aes128>::new(&keys.aes.into(), &keys.iv.into());
        let plaintext =
            cipher.decrypt_padded_vec::<Pkcs7>(ciphertext).map_err(|_| NotOpened::Garbled)?;
        let inside: Plaintext =
            serde_json::from_slice(&plaintext).map_err(|_| NotOpened::Garbled)?;
        Ok(Self {
            serial_number: inside.sn,
            activation_code: inside.ac,
            policy: inside.policy,
            address: inside.regurl,
        })
    }

    /// Compact JSON with `\/` escapes, fields in the order of the published example.
    fn plaintext(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string().replace('/', "\\/");
        let policy = self.policy.as_deref().map(quoted);
        let policy = policy.map(|policy| format!("\"policy\":{policy},")).unwrap_or_default();
        format!(
            "{{\"sn\":{},\"ac\":{},{policy}\"regurl\":{}}}",
            quoted(&self.serial_number),
            quoted(self.activation_code.reveal()),
            quoted(&self.address)
        )
    }
}

/// Percent-encodes what base64 has beyond letters and digits, in upper case.
fn escaped(base64: &str) -> String {
    base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

/// Undoes percent escapes in either case, then base64.
fn unescaped(text: &str) -> Result<Vec<u8>, NotOpened> {
    let mut base64 = text.to_owned();
    for (escape, plain) in [("%2b", "+"), ("%2f", "/"), ("%3d", "=")] {
        base64 = base64.replace(escape, plain).replace(&escape.to_uppercase(), plain);
    }
    BASE64.decode(base64.as_bytes()).map_err(|_| NotOpened::NotSealed("its base64 is broken"))
}
