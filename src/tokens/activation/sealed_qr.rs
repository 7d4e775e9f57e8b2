//! The sealed activation of the guide's mobile app: a URI in a QR code, opened with the password
//! that stands beside it.
//!
//! `SCHEME://?action=secactivate&enc=…&v=1&mac=…`, where `enc` is the base64 of an eight-byte salt
//! and an AES-128-CBC ciphertext of JSON, and `mac` the base64 of the first twelve bytes of
//! HMAC-SHA256 over the query *as it stands in the URI*, percent-escapes and all, up to `&mac=`.
//! Keys come from the password by PBKDF2-HMAC-SHA256 with 1000 rounds.
//!
//! The MAC confirms a guessed password, and eight digits are soon guessed: that is how the format
//! is, and nothing here makes it stronger.

use super::{ActivationCode, ActivationFormat, Envelope, SerialNumber, Start};
use crate::domain::Secret;
use crate::otp::percent;
use aes::Aes128;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The scheme of the published example. Tenants may set their own, so [`open`] takes any.
pub const DEFAULT_SCHEME: &str = "igmobileotp";

/// The most characters that any QR code holds; a longer text was never scanned.
const MOST_BYTES: usize = 4296;

const ROUNDS: u32 = 1000;
const SALT_BYTES: usize = 8;
const MAC_BYTES: usize = 12;

/// What a sealed activation tells the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedActivation {
    /// Which token is to be activated.
    pub serial_number: SerialNumber,
    /// The right to do so.
    pub activation_code: ActivationCode,
    /// A JSON text of its own that enters the seed byte by byte.
    pub policy: Option<String>,
    /// Where to register, `host[:port]/path` without a scheme.
    pub address: String,
}

/// Why a text or a password opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// Not in this format at all.
    #[error("not a sealed activation: {0}")]
    NotSealed(&'static str),
    /// The password is wrong, or the text was changed: the two cannot be told apart.
    #[error("the password is wrong or the text was changed")]
    MacMismatch,
    /// A version that came after the one known here, confirmed by the MAC.
    #[error("a version other than 1")]
    UnknownVersion,
    /// The password is right and what it opens is not what it should be.
    #[error("the content is broken: {0}")]
    BadContent(&'static str),
}

/// The plaintext, with the members in the order of the published example.
#[derive(Serialize, Deserialize)]
struct Content {
    sn: String,
    ac: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    regurl: String,
}

impl SealedActivation {
    /// The URI under [`DEFAULT_SCHEME`]. The scheme is not under the MAC, so it may be exchanged.
    #[must_use]
    pub fn seal(&self, password: &Secret, salt: [u8; SALT_BYTES]) -> String {
        let keys = Keys::derive(password, salt);
        let mut sealed = salt.to_vec();
        sealed.extend(keys.encrypt(self.plaintext().as_bytes()));
        let enc = percent::encode(&BASE64.encode(&sealed));
        let signed = format!("action=secactivate&enc={enc}&v=1");
        let mac = percent::encode(&BASE64.encode(&keys.mac(&signed)));
        format!("{DEFAULT_SCHEME}://?{signed}&mac={mac}")
    }

    /// Compact JSON with escaped slashes, which the published example has too.
    fn plaintext(&self) -> String {
        let content = Content {
            sn: self.serial_number.to_string(),
            ac: self.activation_code.to_string(),
            policy: self.policy.clone(),
            regurl: self.address.clone(),
        };
        serde_json::json!(content).to_string().replace('/', "\\/")
    }

    fn from_plaintext(plaintext: &[u8]) -> Result<Self, NotOpened> {
        let content: Content = serde_json::from_slice(plaintext)
            .map_err(|_| NotOpened::BadContent("not the JSON that is expected"))?;
        Ok(Self {
            serial_number: content
                .sn
                .parse()
                .map_err(|_| NotOpened::BadContent("a serial number that does not check"))?,
            activation_code: content
                .ac
                .parse()
                .map_err(|_| NotOpened::BadContent("an activation code that does not check"))?,
            policy: content.policy,
            address: content.regurl,
        })
    }
}

/// Opens a sealed activation under any scheme.
///
/// # Errors
/// [`NotOpened`]; nothing of the content is looked at before the MAC is right.
pub fn open(uri: &str, password: &Secret) -> Result<SealedActivation, NotOpened> {
    let sealed = Sealed::parse(uri)?;
    let keys = Keys::derive(password, sealed.salt);
    let agrees: bool = keys.mac(sealed.signed).ct_eq(&sealed.mac).into();
    if !agrees {
        return Err(NotOpened::MacMismatch);
    }
    if sealed.version != "1" {
        return Err(NotOpened::UnknownVersion);
    }
    SealedActivation::from_plaintext(&keys.decrypt(&sealed.ciphertext)?)
}

/// A URI taken apart, not yet verified.
struct Sealed<'a> {
    /// The part of the query that the MAC covers, as it stands.
    signed: &'a str,
    salt: [u8; SALT_BYTES],
    ciphertext: Vec<u8>,
    version: &'a str,
    mac: [u8; MAC_BYTES],
}

impl<'a> Sealed<'a> {
    fn parse(uri: &'a str) -> Result<Self, NotOpened> {
        if uri.len() > MOST_BYTES {
            return Err(NotOpened::NotSealed("it is too long"));
        }
        let query = uri
            .split_once("://?")
            .filter(|(scheme, _)| is_scheme(scheme))
            .ok_or(NotOpened::NotSealed("it is no URI with a query only"))?
            .1;
        let (signed, mac) =
            query.rsplit_once("&mac=").ok_or(NotOpened::NotSealed("it has no mac at its end"))?;
        let parameter = |name| parameter(signed, name).ok_or(NotOpened::NotSealed(name));
        if parameter("action")? != "secactivate" {
            return Err(NotOpened::NotSealed("it wants another action"));
        }
        let sealed = bytes(parameter("enc")?)?;
        let (salt, ciphertext) =
            sealed.split_first_chunk().ok_or(NotOpened::NotSealed("it has no salt"))?;
        let mac = bytes(mac)?.try_into();
        Ok(Self {
            signed,
            salt: *salt,
            ciphertext: ciphertext.to_vec(),
            version: parameter("v")?,
            mac: mac.map_err(|_| NotOpened::NotSealed("its mac has not twelve bytes"))?,
        })
    }
}

/// RFC 3986 §3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

fn bytes(parameter: &str) -> Result<Vec<u8>, NotOpened> {
    let base64 = percent::decode(parameter)
        .map_err(|_| NotOpened::NotSealed("its percent-escapes are broken"))?;
    BASE64.decode(base64.as_bytes()).map_err(|_| NotOpened::NotSealed("its base64 is broken"))
}

/// What the password and the salt give.
struct Keys {
    cipher: [u8; 16],
    /// 32 bytes, and zeros up to the block of SHA-256, as RFC 2104 §2 has them padded.
    mac: [u8; 64],
    iv: [u8; 16],
}

impl Keys {
    fn derive(password: &Secret, salt: [u8; SALT_BYTES]) -> Self {
        let mut derived = [0; 64];
        let password = password.reveal().as_bytes();
        pbkdf2::pbkdf2_hmac::<Sha256>(password, &salt, ROUNDS, &mut derived);
        let part = |from: usize| std::array::from_fn(|at| derived[from + at]);
        let mac = std::array::from_fn(|at| if at < 32 { derived[16 + at] } else { 0 });
        Self { cipher: part(0), mac, iv: part(48) }
    }

    fn encrypt(&self, plaintext: &[u8]) -> Vec<u8> {
        cbc::Encryptor::<Aes128>::new(&self.cipher.into(), &self.iv.into())
            .encrypt_padded_vec::<Pkcs7>(plaintext)
    }

    fn decrypt(&self, ciphertext: &[u8]) -> Result<Vec<u8>, NotOpened> {
        cbc::Decryptor::<Aes128>::new(&self.cipher.into(), &self.iv.into())
            .decrypt_padded_vec::<Pkcs7>(ciphertext)
            .map_err(|_| NotOpened::BadContent("its padding is wrong"))
    }

    fn mac(&self, signed: &str) -> [u8; MAC_BYTES] {
        let mac = Hmac::<Sha256>::new(&self.mac.into()).chain_update(signed).finalize();
        let bytes = mac.into_bytes();
        std::array::from_fn(|at| bytes[at])
    }
}

/// The format as apps know it.
#[derive(Debug)]
pub struct SealedQr;

impl ActivationFormat for SealedQr {
    fn name(&self) -> &'static str {
        "sealed_qr"
    }

    fn recognise(&self, text: &str) -> Option<Start> {
        Sealed::parse(text).ok().map(|_| Start::Sealed(Envelope::new(text, open)))
    }
}
