//! What a key URI or a key container says, for the journal: everything but the key.

use crate::domain::{Activation, Secret};
use crate::journal::{Journal, KeyFacts, SecretKind};
use crate::otp::{KeyUri, Kind, Liberty, NotKeyUri, base32};
use crate::tokens::activation::pskc::{self, Purpose, Unlock};
use crate::tokens::{camera, lint};

/// The facts of the key that `activation` shows, if it shows one openly.
pub(super) fn of(journal: &mut Journal, activation: &Activation) -> Option<KeyFacts> {
    if let Some(file) = &activation.key_file {
        return of_container(journal, file);
    }
    if let Some(link) = &activation.link {
        return of_uri(journal, link.reveal());
    }
    // What is sealed by a password needs no look: the app opens it, and nobody else.
    let qr = activation.qr.as_ref().filter(|_| activation.password.is_none())?;
    of_uri(journal, &camera::read(qr).ok()?)
}

fn of_uri(journal: &mut Journal, text: &str) -> Option<KeyFacts> {
    let (read, has_counter) = match KeyUri::parse(text) {
        Err(NotKeyUri::Missing("counter")) => (KeyUri::parse(&format!("{text}&counter=0")), false),
        read => (read, true),
    };
    let (uri, liberties) = read.ok()?;
    let padding = Liberty::Secret(base32::Liberty::Padding);
    let (is_counter, period) = match uri.kind {
        Kind::Totp { period } => (false, Some(period.seconds())),
        Kind::Hotp { .. } => (true, None),
    };
    Some(KeyFacts {
        is_counter,
        has_counter: is_counter && has_counter,
        algorithm: uri.algorithm.to_string(),
        digits: u32::from(uri.digits.count()),
        period,
        label_issuer: uri.label.issuer().map(str::to_owned),
        issuer: uri.issuer.clone(),
        is_padded: liberties.contains(&padding),
        label_tells: lint::tells_secret(&uri),
        ..plain(journal, uri.key.bytes())
    })
}

fn of_container(journal: &mut Journal, file: &Secret) -> Option<KeyFacts> {
    let keys = pskc::read(file.reveal(), &Unlock::Nothing).ok()?;
    let key = keys.into_iter().next()?;
    let mut facts = plain(journal, key.key.bytes());
    match key.purpose {
        Purpose::Hotp { digits, .. } => {
            facts.is_counter = true;
            facts.has_counter = true;
            facts.digits = u32::from(digits.count());
        }
        Purpose::Totp { period, digits, algorithm } => {
            facts.period = Some(period.seconds());
            facts.digits = u32::from(digits.count());
            facts.algorithm = algorithm.to_string();
        }
        Purpose::Ocra(suite) => {
            facts.algorithm = suite.algorithm.to_string();
            facts.digits = u32::from(suite.digits);
            facts.suite = Some(suite.to_string());
        }
        Purpose::Other(_) => return None,
    }
    Some(facts)
}

fn plain(journal: &mut Journal, key: &[u8]) -> KeyFacts {
    let written = Secret::new(base32::encode(key));
    KeyFacts {
        key: Some(journal.mark(SecretKind::Key, &written)),
        bytes: u32::try_from(key.len()).unwrap_or(u32::MAX),
        ..KeyFacts::default()
    }
}
