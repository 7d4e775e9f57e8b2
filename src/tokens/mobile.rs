//! The app on a phone: camera permission, scan, password, Activate over the network, PIN.

use super::activation::classic::{self, ActivationCode, RegistrationCode, SerialNumber};
use super::activation::sealed_qr::{NotOpened, SealedActivation};
use super::activation::{self, ActivationFormat};
use super::identity::Identity;
use super::{Network, camera};
use crate::domain::device::{Permission, Reason};
use crate::domain::{Chance, DeviceKind, Outcome, Picture, Secret};
use crate::otp::{Digits, KeyUri, Period};
use serde_json::json;

/// Wrong passwords for one QR code after which it must be scanned again.
const WRONG_PASSWORDS: u32 = 10;

/// How far the app has come.
enum Stage {
    Empty,
    /// A sealed activation was scanned; its password is missing.
    Sealed {
        uri: Secret,
        wrong: u32,
    },
    /// Opened; Activate is next.
    Opened(Box<Opened>),
    /// Bound, or a plain key URI.
    Active(Box<Identity>),
}

struct Opened {
    serial: SerialNumber,
    activation: ActivationCode,
    policy: Option<String>,
    address: String,
    random: [u8; 2],
}

/// The mobile app.
pub(super) struct Mobile {
    kind: DeviceKind,
    camera: bool,
    stage: Stage,
}

impl Mobile {
    pub(super) fn new(kind: DeviceKind) -> Self {
        Self { kind, camera: false, stage: Stage::Empty }
    }

    pub(super) fn permit(&mut self, permission: Permission, granted: bool) -> Outcome {
        // On iOS the guide's app asks for notifications or the camera; either answer counts.
        if permission == Permission::Camera || self.kind == DeviceKind::Ios {
            self.camera = granted;
        }
        Outcome::Done
    }

    pub(super) fn scan(&mut self, picture: &Picture) -> Result<Outcome, Reason> {
        if !self.camera {
            return Err(Reason::NoPermission);
        }
        let text = camera::read(picture).map_err(|_| Reason::NothingToRead)?;
        self.open_link(&Secret::new(text)).map(|_| Outcome::Scanned)
    }

    pub(super) fn open_link(&mut self, link: &Secret) -> Result<Outcome, Reason> {
        if activation::SealedQr.recognises(link.reveal()) {
            self.stage = Stage::Sealed { uri: link.clone(), wrong: 0 };
            return Ok(Outcome::Done);
        }
        let (uri, _) = KeyUri::parse(link.reveal()).map_err(|_| Reason::UnknownFormat)?;
        self.stage = Stage::Active(Box::new(Identity::of_key_uri(&uri)));
        Ok(Outcome::Done)
    }

    pub(super) fn enter_password(
        &mut self,
        password: &Secret,
        chance: &mut Chance,
    ) -> Result<Outcome, Reason> {
        let Stage::Sealed { uri, wrong } = &mut self.stage else { return Err(Reason::WrongStep) };
        match SealedActivation::open(uri.reveal(), password) {
            Ok(inside) => {
                self.stage = Stage::Opened(Box::new(Opened::of(inside, chance.bytes())?));
                Ok(Outcome::Done)
            }
            Err(NotOpened::WrongPassword) => {
                *wrong += 1;
                if *wrong >= WRONG_PASSWORDS {
                    self.stage = Stage::Empty;
                }
                Err(Reason::WrongPassword)
            }
            Err(NotOpened::NotSealed(_) | NotOpened::Garbled) => Err(Reason::UnknownFormat),
        }
    }

    pub(super) async fn activate(&mut self, network: &dyn Network) -> Result<Outcome, Reason> {
        let Stage::Opened(opened) = &self.stage else { return Err(Reason::WrongStep) };
        let platform = self.kind.to_string();
        let body = json!({
            "serial_number": opened.serial.to_string(),
            "activation_code": opened.activation.to_secret().reveal(),
            "device_random": data_encoding::HEXLOWER.encode(&opened.random),
            "platform": platform,
        });
        let address = format!("{}/activate", opened.address);
        let reply = network.post(&address, &body).await.map_err(|_| Reason::Offline)?;
        match reply.status {
            200 => {}
            403 => return Err(Reason::Unauthorized),
            410 => return Err(Reason::ActivationExpired),
            _ => return Err(Reason::ServiceError),
        }
        let digits = super::digits_of(&reply.body).ok_or(Reason::ServiceError)?;
        let period = super::period_of(&reply.body).ok_or(Reason::ServiceError)?;
        self.stage = Stage::Active(Box::new(opened.identity(digits, period)));
        Ok(Outcome::Activated)
    }

    /// Shown where Activate cannot reach the service: the code can be typed at the portal.
    pub(super) fn registration_code(&mut self) -> Result<Outcome, Reason> {
        let Stage::Opened(opened) = &self.stage else { return Err(Reason::WrongStep) };
        let code = RegistrationCode::of(opened.random, &opened.serial, &opened.activation);
        self.stage = Stage::Active(Box::new(opened.identity(Digits::SIX, Period::RECOMMENDED)));
        Ok(Outcome::RegistrationCode(code.to_secret()))
    }

    pub(super) fn identity(&mut self) -> Option<&mut Identity> {
        match &mut self.stage {
            Stage::Active(identity) => Some(identity),
            Stage::Empty | Stage::Sealed { .. } | Stage::Opened(_) => None,
        }
    }
}

impl Opened {
    fn of(inside: SealedActivation, random: [u8; 2]) -> Result<Self, Reason> {
        let bad = |_| Reason::BadCheckDigit;
        Ok(Self {
            serial: inside.serial_number.parse().map_err(bad)?,
            activation: inside.activation_code.reveal().parse().map_err(bad)?,
            policy: inside.policy,
            address: inside.address,
            random,
        })
    }

    fn identity(&self, digits: Digits, period: Period) -> Identity {
        let policy = self.policy.as_deref();
        let seed = classic::seed(&self.activation, self.random, policy, &self.serial);
        Identity::of_seed(&seed, digits, period)
    }
}

#[cfg(test)]
mod tests {
    use super::Mobile;
    use crate::domain::device::{Permission, Reason};
    use crate::domain::{DeviceKind, MediaType, Picture};

    #[test]
    fn a_phone_without_camera_permission_does_not_even_look() {
        let mut phone = Mobile::new(DeviceKind::Android);
        let nonsense = Picture { media: MediaType::Png, bytes: Vec::new() };
        assert_eq!(phone.scan(&nonsense), Err(Reason::NoPermission));
        phone.permit(Permission::Camera, true);
        assert_eq!(phone.scan(&nonsense), Err(Reason::NothingToRead));
        phone.permit(Permission::Camera, false);
        assert_eq!(phone.scan(&nonsense), Err(Reason::NoPermission));
    }
}
