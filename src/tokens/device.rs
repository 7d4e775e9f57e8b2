//! A device: an app, its surroundings, and the acts that people do at it.

use super::app::{App, Consent, Shown};
use super::authenticator::Authenticator;
use super::codes::Codes;
use super::desktop::Desktop;
use super::mobile::{Mobile, Platform};
use super::network::{Line, Network, Surroundings};
use crate::domain::{Act, Chance, Clock, DeviceKind, Outcome};
use crate::otp::Totp;
use std::fmt;
use std::sync::Arc;

use super::quirks::Quirks;
use crate::domain::device::Reason;

/// A phone or PC with one soft token on it.
pub struct Device {
    kind: DeviceKind,
    app: Box<dyn App>,
    /// How its app misreads key URIs.
    quirks: Option<&'static Quirks>,
    /// What was backed up.
    backup: Option<Box<dyn App>>,
    is_lost: bool,
    around: Surroundings,
}

impl Device {
    /// A device on which the app was just installed. All that it draws comes from `chance`, all
    /// the time it knows from `clock`, and `network` is the only way out of it.
    #[must_use]
    pub fn new(
        kind: DeviceKind,
        chance: Chance,
        clock: Arc<dyn Clock>,
        network: Arc<dyn Network>,
    ) -> Self {
        Self {
            kind,
            app: installed(kind, None),
            quirks: None,
            backup: None,
            is_lost: false,
            around: Surroundings::new(chance, clock, network),
        }
    }

    /// The same device with an app that reads key URIs as `quirks` say.
    #[must_use]
    pub fn with_quirks(self, quirks: Option<&'static Quirks>) -> Self {
        Self { app: installed(self.kind, quirks), quirks, ..self }
    }

    /// Puts a copy of this device's app, with all it knows, on `other`.
    pub fn clone_into(&self, other: &mut Self) -> Outcome {
        if self.is_lost || other.is_lost {
            return Outcome::Refused(Reason::Lost);
        }
        if self.kind != other.kind {
            return Outcome::Refused(Reason::NotOnThisDevice);
        }
        other.app = self.app.duplicate();
        Outcome::Done
    }

    /// What kind of device it is.
    #[must_use]
    pub fn kind(&self) -> DeviceKind {
        self.kind
    }

    /// What makes the codes of the time that it shows now; nothing while its app would show none, or
    /// shows codes of a counter. Whoever measures makes a hundred thousand of them a second.
    #[must_use]
    pub fn totp(&self) -> Option<&Totp> {
        match self.app.codes().filter(|_| !self.is_lost)? {
            Codes::OfTime(totp) => Some(totp),
            Codes::OfCounter { .. } => None,
        }
    }

    /// Does one act, and says what there is to see then. A refused act changes nothing, with three
    /// exceptions: wrong passwords and PINs are counted, an address is kept though nobody answers
    /// there, and an activation that found no network may be finished by registration code.
    pub async fn act(&mut self, act: Act) -> Outcome {
        self.shown(act).await.unwrap_or_else(Outcome::Refused)
    }

    async fn shown(&mut self, act: Act) -> Shown {
        if self.is_lost {
            return Err(Reason::Lost);
        }
        let Self { app, around, .. } = self;
        match act {
            Act::Grant(permission) => app.consent(permission, Consent::Granted),
            Act::Deny(permission) => app.consent(permission, Consent::Denied),
            Act::Scan(picture) => app.scan(&picture),
            Act::OpenLink(link) => app.open_link(&link),
            Act::EnterPassword(password) => app.enter_password(&password, around),
            Act::EnterAddress(address) => app.enter_address(address, around).await,
            Act::EnterSerialNumber(typed) => app.enter_serial_number(&typed),
            Act::EnterActivationCode(typed) => app.enter_activation_code(&typed),
            Act::Save => app.save(around),
            Act::ReadRegistrationCode => app.read_registration_code(),
            Act::Done => app.done(),
            Act::Activate => app.activate(around).await,
            Act::SetPin { pin, again } => app.set_pin(pin, &again),
            Act::Unlock(pin) => app.unlock(&pin),
            Act::Lock => app.lock(),
            Act::ReadCode(pin) => app.read_code(pin.as_ref(), around.now()),
            Act::AnswerPush { reply, pin } => app.answer_push(reply, pin, around).await,
            Act::SetClockSkew(ms) => {
                around.skew_ms = ms;
                Ok(Outcome::Done)
            }
            Act::GoOffline => {
                around.line = Line::Down;
                Ok(Outcome::Done)
            }
            Act::GoOnline => {
                around.line = Line::Up;
                Ok(Outcome::Done)
            }
            Act::Wipe => {
                *app = installed(self.kind, self.quirks);
                Ok(Outcome::Done)
            }
            Act::Press(times) => app.press(times),
            Act::ImportKeys { keys, password } => app.import_keys(&keys, password.as_ref()),
            Act::Respond(challenge) => app.respond(&challenge, around.now()),
            Act::SetClockDrift(ppm) => {
                around.set_drift(ppm);
                Ok(Outcome::Done)
            }
            Act::BackUp => {
                self.backup = Some(app.duplicate());
                Ok(Outcome::Done)
            }
            Act::Restore => {
                *app = self.backup.as_ref().ok_or(Reason::NoBackup)?.duplicate();
                Ok(Outcome::Done)
            }
            Act::Lose => {
                self.is_lost = true;
                Ok(Outcome::Done)
            }
            // Whoever owns both devices copies from one to the other.
            Act::CloneInto(_) => Err(Reason::NotOnThisDevice),
        }
    }
}

fn installed(kind: DeviceKind, quirks: Option<&'static Quirks>) -> Box<dyn App> {
    match kind {
        DeviceKind::Android => Box::new(Mobile::new(Platform::Android)),
        DeviceKind::Ios => Box::new(Mobile::new(Platform::Ios)),
        DeviceKind::Windows => Box::new(Desktop::new()),
        DeviceKind::Authenticator => Box::new(Authenticator::new(quirks)),
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device")
            .field("kind", &self.kind)
            .field("around", &self.around)
            .finish_non_exhaustive()
    }
}
