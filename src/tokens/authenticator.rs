//! An authenticator app: shows the codes of one plain key URI, and asks for no PIN.

use super::activation::{ActivationFormat, Start, key_uri};
use super::app::{App, Consent, Shown};
use super::camera;
use super::codes::Codes;
use crate::domain::device::Reason;
use crate::domain::{Moment, Outcome, Permission, Picture, Secret};

/// A new key replaces the one before, as a person would who is enrolled again.
#[derive(Debug, Default)]
pub(super) struct Authenticator {
    codes: Option<Codes>,
    /// Such apps ask when the camera is first used, and people say yes; only a denial matters.
    camera: Option<Consent>,
}

impl Authenticator {
    fn take(&mut self, text: &str) -> Result<(), Reason> {
        match key_uri::Plain.recognise(text) {
            Some(Start::Codes(codes)) => self.codes = Some(codes),
            Some(Start::Sealed(_)) | None => return Err(Reason::UnknownFormat),
        }
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

    fn read_code(&mut self, pin: Option<&Secret>, now: Moment) -> Shown {
        match (&mut self.codes, pin) {
            (Some(codes), None) => Ok(Outcome::Code(codes.show(now).to_secret())),
            (Some(_), Some(_)) => Err(Reason::NotOnThisDevice),
            (None, _) => Err(Reason::WrongStep),
        }
    }
}
