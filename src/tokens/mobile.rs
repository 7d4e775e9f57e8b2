//! The mobile app of the guide: scan, password, Activate, PIN, codes.
//!
//! It also takes plain key URIs, which need neither password nor activation; a PIN is then the
//! owner's choice.

use super::activation::classic::{RegistrationCode, seed};
use super::activation::{Envelope, NotOpened, SealedActivation, SerialNumber, Start, recognise};
use super::app::{App, Consent, Shown};
use super::camera;
use super::codes::{Codes, Shape};
use super::network::{About, Push, Surroundings};
use super::pin::Vault;
use super::push;
use crate::domain::device::Reason;
use crate::domain::{
    Moment, Outcome, Permission, Picture, PushAnswer, PushReply, Secret, Soon, Tap,
};
use crate::otp::Key;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

/// How often the password may be mistyped before the QR code must be scanned again. A courtesy to
/// typing fingers, no protection: the format lets anyone who holds the code guess without the app.
const PASSWORD_TRIES: u8 = 5;

/// The mobile app and how far it has come.
#[derive(Debug, Clone)]
pub(super) struct Mobile {
    platform: Platform,
    camera: Option<Consent>,
    stage: Stage,
}

/// Whose phone it is; the service is told.
#[derive(Debug, Clone, Copy)]
pub(super) enum Platform {
    Android,
    Ios,
}

#[derive(Debug, Clone)]
enum Stage {
    /// Nothing was scanned.
    Empty,
    /// A text that waits for its password.
    Sealed {
        envelope: Envelope,
        /// Wrong passwords that are still borne, at least one.
        tries: u8,
    },
    /// All is known that Activate needs.
    Opened(Identity),
    /// The service could not be reached; the registration code may be read and carried by hand.
    Unreached(Identity),
    /// Activated, and of no use before it has a PIN.
    NeedsPin {
        codes: Codes,
        service: Service,
        /// Still on the screen, if it was used.
        registration: Option<RegistrationCode>,
    },
    /// A plain key URI without a PIN.
    Plain(Codes),
    /// Codes behind a PIN, and the service that may send notifications, if there is one.
    Guarded { vault: Vault, service: Option<Service> },
}

/// The service that activated this token, and the key that the two share.
#[derive(Debug, Clone)]
struct Service {
    address: String,
    serial: SerialNumber,
    key: Key,
}

/// A sealed activation with what this phone adds to it.
#[derive(Debug, Clone)]
struct Identity {
    activation: SealedActivation,
    random: [u8; 2],
}

impl Mobile {
    pub(super) fn new(platform: Platform) -> Self {
        Self { platform, camera: None, stage: Stage::Empty }
    }

    /// An activation may be started afresh until there is one.
    fn may_start(&self) -> Result<(), Reason> {
        match self.stage {
            Stage::Empty | Stage::Sealed { .. } | Stage::Opened(_) | Stage::Unreached(_) => Ok(()),
            Stage::NeedsPin { .. } | Stage::Plain(_) | Stage::Guarded { .. } => {
                Err(Reason::WrongStep)
            }
        }
    }

    fn start(&mut self, text: &str) -> Result<(), Reason> {
        self.stage = match recognise(text).ok_or(Reason::UnknownFormat)? {
            Start::Codes(codes) => Stage::Plain(codes),
            Start::Sealed(envelope) => Stage::Sealed { envelope, tries: PASSWORD_TRIES },
        };
        Ok(())
    }

    async fn register(&mut self, around: &Surroundings) -> Shown {
        let (Stage::Opened(identity) | Stage::Unreached(identity)) = &self.stage else {
            return Err(Reason::WrongStep);
        };
        let identity = identity.clone();
        let body = identity.to_request(self.platform);
        match around.activate(&identity.activation.address, &body).await {
            Ok(About { shape, .. }) => {
                let (codes, service) = (identity.codes(shape), identity.service());
                self.stage = Stage::NeedsPin { codes, service, registration: None };
                Ok(Outcome::Activated)
            }
            Err(reason) => {
                if reason == Reason::Offline {
                    self.stage = Stage::Unreached(identity);
                }
                Err(reason)
            }
        }
    }
}

impl App for Mobile {
    fn codes(&self) -> Option<&Codes> {
        match &self.stage {
            Stage::Plain(codes) => Some(codes),
            Stage::Guarded { vault, .. } => vault.codes(),
            Stage::Empty
            | Stage::Sealed { .. }
            | Stage::Opened(_)
            | Stage::Unreached(_)
            | Stage::NeedsPin { .. } => None,
        }
    }

    fn duplicate(&self) -> Box<dyn App> {
        Box::new(self.clone())
    }

    fn consent(&mut self, permission: Permission, consent: Consent) -> Shown {
        if permission == Permission::Camera {
            self.camera = Some(consent);
        }
        Ok(Outcome::Done)
    }

    fn scan(&mut self, picture: &Picture) -> Shown {
        if self.camera != Some(Consent::Granted) {
            return Err(Reason::NoPermission);
        }
        self.may_start()?;
        let text = camera::read(picture).map_err(|_| Reason::NothingToRead)?;
        self.start(&text).map(|()| Outcome::Scanned)
    }

    fn open_link(&mut self, link: &Secret) -> Shown {
        self.may_start()?;
        self.start(link.reveal()).map(|()| Outcome::Done)
    }

    fn enter_password(&mut self, password: &Secret, around: &mut Surroundings) -> Shown {
        let Stage::Sealed { envelope, tries } = &mut self.stage else {
            return Err(Reason::WrongStep);
        };
        match envelope.open(password) {
            Ok(activation) => {
                let random = around.chance.bytes();
                self.stage = Stage::Opened(Identity { activation, random });
                Ok(Outcome::Done)
            }
            Err(NotOpened::MacMismatch) => {
                *tries -= 1;
                if *tries == 0 {
                    self.stage = Stage::Empty;
                }
                Err(Reason::WrongPassword)
            }
            Err(NotOpened::NotSealed(_) | NotOpened::UnknownVersion | NotOpened::BadContent(_)) => {
                self.stage = Stage::Empty;
                Err(Reason::UnknownFormat)
            }
        }
    }

    fn activate<'a>(&'a mut self, around: &'a Surroundings) -> Soon<'a, Shown> {
        Box::pin(self.register(around))
    }

    fn read_registration_code(&mut self) -> Shown {
        if let Stage::Unreached(identity) = &self.stage {
            let codes = identity.codes(Shape::default());
            let (service, registration) = (identity.service(), Some(identity.registration_code()));
            self.stage = Stage::NeedsPin { codes, service, registration };
        }
        match &self.stage {
            Stage::NeedsPin { registration: Some(code), .. } => {
                Ok(Outcome::RegistrationCode(Secret::new(code.to_string())))
            }
            Stage::NeedsPin { registration: None, .. }
            | Stage::Empty
            | Stage::Sealed { .. }
            | Stage::Opened(_)
            | Stage::Unreached(_)
            | Stage::Plain(_)
            | Stage::Guarded { .. } => Err(Reason::WrongStep),
        }
    }

    fn set_pin(&mut self, pin: Secret, again: &Secret) -> Shown {
        let (codes, service) = match &self.stage {
            Stage::NeedsPin { codes, service, .. } => (codes, Some(service.clone())),
            Stage::Plain(codes) => (codes, None),
            Stage::Empty
            | Stage::Sealed { .. }
            | Stage::Opened(_)
            | Stage::Unreached(_)
            | Stage::Guarded { .. } => return Err(Reason::WrongStep),
        };
        self.stage = Stage::Guarded { vault: Vault::closed(codes, pin, again)?, service };
        Ok(Outcome::Done)
    }

    fn unlock(&mut self, pin: &Secret) -> Shown {
        let Stage::Guarded { vault, .. } = &mut self.stage else { return Err(Reason::WrongStep) };
        vault.unlock(pin).map(|()| Outcome::Done)
    }

    fn lock(&mut self) -> Shown {
        let Stage::Guarded { vault, .. } = &mut self.stage else { return Err(Reason::WrongStep) };
        vault.lock();
        Ok(Outcome::Done)
    }

    fn answer_push<'a>(
        &'a mut self,
        reply: PushReply,
        pin: Option<Secret>,
        around: &'a Surroundings,
    ) -> Soon<'a, Shown> {
        Box::pin(async move {
            let Stage::Guarded { vault, service: Some(service) } = &mut self.stage else {
                return Err(Reason::WrongStep);
            };
            vault.open(pin.as_ref())?;
            service.answer(&reply, around).await.map(|()| Outcome::Done)
        })
    }

    fn read_code(&mut self, pin: Option<&Secret>, now: Moment) -> Shown {
        match &mut self.stage {
            Stage::Guarded { vault, .. } => vault.read(pin, now),
            Stage::Plain(codes) if pin.is_none() => Ok(Outcome::Code(codes.show(now).to_secret())),
            Stage::Plain(_)
            | Stage::Empty
            | Stage::Sealed { .. }
            | Stage::Opened(_)
            | Stage::Unreached(_)
            | Stage::NeedsPin { .. } => Err(Reason::WrongStep),
        }
    }
}

impl Service {
    /// Fetches the notification and answers it.
    async fn answer(&self, reply: &PushReply, around: &Surroundings) -> Result<(), Reason> {
        let Self { address, serial, key } = self;
        let question = json!({
            "serial_number": serial.to_string(),
            "proof": push::of_question(key, *serial),
        });
        let waiting = around.pending_push(address, &question).await?;
        let number = tapped(reply, &waiting)?;
        let answer = (reply.answer, number);
        let body = json!({
            "serial_number": serial.to_string(),
            "transaction": waiting.transaction,
            "answer": reply.answer,
            "number": number,
            "proof": push::of_answer(key, *serial, &waiting.transaction, answer),
        });
        around.answer_push(address, &body).await
    }
}

/// The number that is tapped: only who confirms has to, and only where there are numbers.
fn tapped<'a>(reply: &PushReply, waiting: &'a Push) -> Result<Option<&'a str>, Reason> {
    if waiting.choices.is_empty() || reply.answer != PushAnswer::Confirm {
        return Ok(None);
    }
    let fits = |choice: &&String| match &reply.tap {
        Some(Tap::Number(number)) => *choice == number,
        Some(Tap::OtherThan(number)) => *choice != number,
        None => false,
    };
    let found = waiting.choices.iter().find(fits).ok_or(Reason::NumberWanted)?;
    Ok(Some(found))
}

impl Identity {
    fn codes(&self, shape: Shape) -> Codes {
        Codes::activated(&self.key(), shape)
    }

    fn key(&self) -> Key {
        let SealedActivation { serial_number, activation_code, policy, .. } = &self.activation;
        seed(*activation_code, self.random, policy.as_deref(), *serial_number)
    }

    fn service(&self) -> Service {
        let SealedActivation { serial_number: serial, address, .. } = &self.activation;
        Service { address: address.clone(), serial: *serial, key: self.key() }
    }

    fn registration_code(&self) -> RegistrationCode {
        let SealedActivation { serial_number, activation_code, .. } = self.activation;
        RegistrationCode::new(self.random, serial_number, activation_code)
    }

    fn to_request(&self, platform: Platform) -> Value {
        json!({
            "serial_number": self.activation.serial_number.to_string(),
            "activation_code": self.activation.activation_code.to_string(),
            "device_random": HEXLOWER.encode(&self.random),
            "platform": match platform {
                Platform::Android => "android",
                Platform::Ios => "ios",
            },
        })
    }
}
