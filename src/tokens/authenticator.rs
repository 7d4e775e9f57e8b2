//! An authenticator app: shows the codes of one key, and asks for no PIN.
//!
//! The key comes from a plain key URI or a key container. An app under a profile of quirks reads
//! the URI as that family of apps does.

use super::activation::pskc::{self, Purpose, Unlock};
use super::activation::{ActivationFormat, Start, key_uri};
use super::app::{App, Consent, Shown};
use super::camera;
use super::codes::Codes;
use super::quirks::Quirks;
use crate::domain::device::Reason;
use crate::domain::{Moment, Outcome, Permission, Picture, Secret};
use crate::otp::ocra::{Inputs, Ocra};
use crate::otp::{Algorithm, Hotp, Totp};

/// A new key replaces the one before, as a person would who is enrolled again.
#[derive(Debug, Clone)]
pub(super) struct Authenticator {
    held: Held,
    quirks: Option<&'static Quirks>,
    /// Such apps ask when the camera is first used, and people say yes; only a denial matters.
    camera: Option<Consent>,
}

/// What the app holds.
#[derive(Debug, Clone)]
enum Held {
    Nothing,
    Codes(Codes),
    /// A key that answers challenges, with its counter.
    Challenges(Ocra, u64),
}

impl Authenticator {
    pub(super) fn new(quirks: Option<&'static Quirks>) -> Self {
        Self { held: Held::Nothing, quirks, camera: None }
    }

    fn take(&mut self, text: &str) -> Result<(), Reason> {
        let codes = match self.quirks {
            Some(quirks) => quirks.read(text).ok().map(|reading| Codes::of(&reading.uri)),
            None => match key_uri::Plain.recognise(text) {
                Some(Start::Codes(codes)) => Some(codes),
                Some(Start::Sealed(_)) | None => None,
            },
        };
        self.held = Held::Codes(codes.ok_or(Reason::UnknownFormat)?);
        Ok(())
    }
}

impl App for Authenticator {
    fn consent(&mut self, permission: Permission, consent: Consent) -> Shown {
        if permission == Permission::Camera {
            self.camera = Some(consent);
        }
        Ok(Outcome::Done)
    }

    fn scan(&mut self, picture: &Picture) -> Shown {
        if self.camera == Some(Consent::Denied) {
            return Err(Reason::NoPermission);
        }
        let text = camera::read(picture).map_err(|_| Reason::NothingToRead)?;
        self.take(&text).map(|()| Outcome::Scanned)
    }

    fn open_link(&mut self, link: &Secret) -> Shown {
        self.take(link.reveal()).map(|()| Outcome::Done)
    }

    fn import_keys(&mut self, keys: &Secret, password: Option<&Secret>) -> Shown {
        let unlock = password.map_or(Unlock::Nothing, Unlock::Password);
        let keys = pskc::read(keys.reveal(), &unlock).map_err(|_| Reason::BadContainer)?;
        let held = keys.into_iter().find_map(|one| match one.purpose {
            Purpose::Hotp { counter, digits } => {
                let hotp = Hotp::new(&one.key, Algorithm::Sha1, digits);
                Some(Held::Codes(Codes::OfCounter { hotp, next: counter }))
            }
            Purpose::Totp { period, digits, algorithm } => {
                Some(Held::Codes(Codes::OfTime(Totp::new(&one.key, algorithm, digits, period))))
            }
            Purpose::Ocra(suite) => Some(Held::Challenges(Ocra::new(suite, one.key), 0)),
            Purpose::Other(_) => None,
        });
        self.held = held.ok_or(Reason::UnknownFormat)?;
        Ok(Outcome::Done)
    }

    fn respond(&mut self, challenge: &str, now: Moment) -> Shown {
        let Held::Challenges(ocra, counter) = &mut self.held else {
            return Err(Reason::WrongStep);
        };
        let inputs = Inputs {
            question: challenge,
            counter: Some(*counter),
            moment: Some(now),
            ..Inputs::default()
        };
        let response = ocra.respond(&inputs).map_err(|_| Reason::BadChallenge)?;
        if ocra.suite().counter {
            *counter = counter.saturating_add(1);
        }
        Ok(Outcome::Code(response))
    }

    fn press(&mut self, times: u32) -> Shown {
        match &mut self.held {
            Held::Codes(Codes::OfCounter { next, .. }) => {
                *next = next.saturating_add(u64::from(times));
                Ok(Outcome::Done)
            }
            Held::Codes(Codes::OfTime(_)) | Held::Challenges(..) => Err(Reason::NotOnThisDevice),
            Held::Nothing => Err(Reason::WrongStep),
        }
    }

    fn codes(&self) -> Option<&Codes> {
        match &self.held {
            Held::Codes(codes) => Some(codes),
            Held::Nothing | Held::Challenges(..) => None,
        }
    }

    fn duplicate(&self) -> Box<dyn App> {
        Box::new(self.clone())
    }

    fn read_code(&mut self, pin: Option<&Secret>, now: Moment) -> Shown {
        match (&mut self.held, pin) {
            (Held::Codes(codes), None) => Ok(Outcome::Code(codes.show(now).to_secret())),
            (Held::Codes(_) | Held::Challenges(..), Some(_)) => Err(Reason::NotOnThisDevice),
            (Held::Nothing | Held::Challenges(..), _) => Err(Reason::WrongStep),
        }
    }
}
