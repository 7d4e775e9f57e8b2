//! Keys for authenticator apps: made here, shown once, bound by a code of theirs.

use super::enrolment::Pending;
use super::verifier::Verifier;
use super::{Reference, defects, qr};
use crate::domain::{Activation, Chance, RejectionClass, Secret, TokenKind};
use crate::otp::ocra::{Ocra, Suite};
use crate::otp::{Algorithm, Hotp, Key, KeyUri, Kind, Label, Period, Totp, base32};
use crate::tokens::activation::classic::SerialNumber;
use data_encoding::BASE64;

/// What is agreed for tokens that answer challenges: eight digits, from ten.
const SUITE: &str = "OCRA-1:HOTP-SHA256-8:QN10";

/// Digits of a challenge. RFC 6287 wants at least as many bytes as the response has digits.
const CHALLENGE_DIGITS: usize = 10;

/// What the page shows of a new key.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// The key URI, for a QR code and as text.
    link: Option<Secret>,
    /// The container.
    key_file: Option<Secret>,
    /// The challenge that the new token must answer.
    pub(super) challenge: Option<String>,
}

/// A new key of `kind` for `user`; nothing if this kind has no plain key.
pub(super) fn mint(
    kind: TokenKind,
    user: &str,
    serial: SerialNumber,
    reference: &Reference,
    chance: &mut Chance,
) -> Option<(Shown, Verifier)> {
    let bytes = secret(reference, chance);
    let key = Key::new(bytes.clone());
    let parameters = reference.parameters();
    let (digits, long) = (parameters.token_digits, reference.has(&defects::LONG_PERIOD));
    let period = if long { Period::new(90).ok()? } else { parameters.token_period };
    let algorithm = parameters.authenticator_algorithm;
    match kind {
        TokenKind::Mobile | TokenKind::Desktop => None,
        TokenKind::Authenticator => {
            let verifier = Verifier::of_time(Totp::new(&key, algorithm, digits, period), period);
            Some((linked(Kind::Totp { period }, key, user, reference)?, verifier))
        }
        TokenKind::Counter => {
            let verifier = Verifier::of_counter(Hotp::new(&key, algorithm, digits));
            Some((linked(Kind::Hotp { counter: 0 }, key, user, reference)?, verifier))
        }
        TokenKind::Challenge => {
            let suite: Suite = SUITE.parse().ok()?;
            let file = container(&bytes, serial, &parameters.public_name);
            let challenge = Some(challenge(reference, chance));
            let shown = Shown { link: None, key_file: Some(file), challenge };
            Some((shown, Verifier::Challenge(Box::new(Ocra::new(suite, key)))))
        }
    }
}

/// A challenge that nobody has seen.
pub(super) fn challenge(reference: &Reference, chance: &mut Chance) -> String {
    let short = reference.has(&defects::OCRA_SHORT_CHALLENGE);
    chance.digits(if short { 4 } else { CHALLENGE_DIGITS })
}

/// 20 random bytes, as RFC 4226 §4 R6 recommends.
fn secret(reference: &Reference, chance: &mut Chance) -> Vec<u8> {
    let mut bytes = chance.bytes::<20>().to_vec();
    if reference.has(&defects::SHARED_SECRET) {
        bytes = b"the same for us all.".to_vec();
    }
    if reference.has(&defects::SHORT_SECRET) {
        bytes.truncate(10);
    }
    if reference.has(&defects::SECRET_PADDED) {
        bytes.truncate(16);
    }
    bytes
}

fn linked(kind: Kind, key: Key, user: &str, reference: &Reference) -> Option<Shown> {
    let parameters = reference.parameters();
    let written = base32::encode(key.bytes());
    let tells = reference.has(&defects::LABEL_TELLS_SECRET);
    let account = if tells { format!("{user} {written}") } else { user.to_owned() };
    let issuer = parameters.public_name.replace(':', " ");
    let label = Label::new(Some(&issuer), &account.replace(':', " ")).ok()?;
    let mut uri = KeyUri::new(kind, label, key);
    uri.algorithm = parameters.authenticator_algorithm;
    uri.digits = parameters.token_digits;
    if reference.has(&defects::ISSUER_MISMATCH) {
        uri.issuer = Some("Somebody Else".to_owned());
    }
    let mut link = uri.to_uri().reveal().to_owned();
    if reference.has(&defects::SECRET_PADDED) {
        link = link.replace(&written, &format!("{written}%3D%3D%3D%3D%3D%3D"));
    }
    if reference.has(&defects::COUNTER_MISSING) {
        link = link.replace("&counter=0", "");
    }
    Some(Shown { link: Some(Secret::new(link)), key_file: None, challenge: None })
}

/// A container of RFC 6030 with one plain key that answers challenges.
fn container(key: &[u8], serial: SerialNumber, service: &str) -> Secret {
    let service: String =
        service.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '.').collect();
    Secret::new(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <KeyContainer Version=\"1.0\" xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\">\n\
         <KeyPackage><DeviceInfo><SerialNo>{serial}</SerialNo></DeviceInfo>\n\
         <Key Id=\"{serial}\" Algorithm=\"urn:ietf:params:xml:ns:keyprov:pskc:ocra\">\
         <Issuer>{service}</Issuer><AlgorithmParameters><Suite>{SUITE}</Suite></AlgorithmParameters>\
         <Data><Secret><PlainValue>{}</PlainValue></Secret></Data></Key></KeyPackage>\n\
         </KeyContainer>\n",
        BASE64.encode(key)
    ))
}

impl Shown {
    /// The page; `pending` gives the number under which the token will be listed.
    pub(super) fn page(
        &self,
        pending: &Pending,
        reference: &Reference,
    ) -> Result<Activation, RejectionClass> {
        let format = reference.parameters().qr_format;
        let qr = self.link.as_ref().map(|link| qr::draw(link.reveal(), format)).transpose();
        Ok(Activation {
            qr: qr.map_err(|_| RejectionClass::Denied)?,
            link: self.link.clone(),
            key_file: self.key_file.clone(),
            challenge: self.challenge.clone(),
            serial_number: Some(pending.serial.to_string()),
            ..Activation::default()
        })
    }

    /// What a careless server would show again.
    pub(super) fn secret(&self) -> Option<&Secret> {
        self.link.as_ref().or(self.key_file.as_ref())
    }
}

/// The hash function that every app knows.
pub(super) const SAFEST: Algorithm = Algorithm::Sha1;
