//! The program on a PC: Address (Name fills itself in), serial number, activation code, Save,
//! registration code, Done, PIN.

use super::Network;
use super::activation::classic::{self, ActivationCode, RegistrationCode, SerialNumber};
use super::identity::Identity;
use crate::domain::device::Reason;
use crate::domain::{Chance, Outcome, Secret};
use crate::otp::{Digits, Period};

/// How far the program has come.
enum Stage {
    /// The form is being filled in.
    Form(Form),
    /// Saved; the registration code is on the screen until Done.
    Saved { registration: RegistrationCode, identity: Box<Identity> },
    /// Done.
    Active(Box<Identity>),
}

#[derive(Default)]
struct Form {
    address: Option<Address>,
    serial: Option<SerialNumber>,
    activation: Option<ActivationCode>,
}

/// An address and what the service behind it said about itself.
struct Address {
    digits: Digits,
    period: Period,
}

/// The desktop program.
pub(super) struct Desktop {
    stage: Stage,
}

impl Desktop {
    pub(super) fn new() -> Self {
        Self { stage: Stage::Form(Form::default()) }
    }

    fn form(&mut self) -> Result<&mut Form, Reason> {
        match &mut self.stage {
            Stage::Form(form) => Ok(form),
            Stage::Saved { .. } | Stage::Active(_) => Err(Reason::WrongStep),
        }
    }

    /// The name is what the service at the address says it is; without an answer the address
    /// stays, with the usual parameters.
    pub(super) async fn enter_address(
        &mut self,
        address: &str,
        network: &dyn Network,
    ) -> Result<Outcome, Reason> {
        let form = self.form()?;
        let plain = Address { digits: Digits::SIX, period: Period::RECOMMENDED };
        form.address = Some(plain);
        let about = format!("{}/about", address.trim_end_matches('/'));
        let reply = network.get(&about).await.map_err(|_| Reason::Offline)?;
        let name = reply.body.get("name").and_then(serde_json::Value::as_str);
        let name = name.filter(|_| reply.status == 200).ok_or(Reason::ServiceError)?.to_owned();
        let digits = super::digits_of(&reply.body).ok_or(Reason::ServiceError)?;
        let period = super::period_of(&reply.body).ok_or(Reason::ServiceError)?;
        form.address = Some(Address { digits, period });
        Ok(Outcome::Named(name))
    }

    pub(super) fn enter_serial_number(&mut self, text: &str) -> Result<Outcome, Reason> {
        let form = self.form()?;
        form.serial = Some(text.parse().map_err(|_| Reason::BadCheckDigit)?);
        Ok(Outcome::Done)
    }

    pub(super) fn enter_activation_code(&mut self, text: &Secret) -> Result<Outcome, Reason> {
        let form = self.form()?;
        let code = text.reveal().parse().map_err(|_| Reason::BadCheckDigit)?;
        form.activation = Some(code);
        Ok(Outcome::Done)
    }

    /// Save: draws the device's random and shows the registration code.
    pub(super) fn save(&mut self, chance: &mut Chance) -> Result<Outcome, Reason> {
        let form = self.form()?;
        let (Some(address), Some(serial), Some(activation)) =
            (&form.address, &form.serial, &form.activation)
        else {
            return Err(Reason::WrongStep);
        };
        let random = chance.bytes();
        let seed = classic::seed(activation, random, None, serial);
        let identity = Box::new(Identity::of_seed(&seed, address.digits, address.period));
        let registration = RegistrationCode::of(random, serial, activation);
        let shown = registration.to_secret();
        self.stage = Stage::Saved { registration, identity };
        Ok(Outcome::RegistrationCode(shown))
    }

    pub(super) fn registration_code(&self) -> Result<Outcome, Reason> {
        match &self.stage {
            Stage::Saved { registration, .. } => {
                Ok(Outcome::RegistrationCode(registration.to_secret()))
            }
            Stage::Form(_) | Stage::Active(_) => Err(Reason::WrongStep),
        }
    }

    pub(super) fn done(&mut self) -> Result<Outcome, Reason> {
        match std::mem::replace(&mut self.stage, Stage::Form(Form::default())) {
            Stage::Saved { identity, .. } => {
                self.stage = Stage::Active(identity);
                Ok(Outcome::Done)
            }
            earlier @ (Stage::Form(_) | Stage::Active(_)) => {
                self.stage = earlier;
                Err(Reason::WrongStep)
            }
        }
    }

    pub(super) fn identity(&mut self) -> Option<&mut Identity> {
        match &mut self.stage {
            Stage::Active(identity) => Some(identity),
            Stage::Form(_) | Stage::Saved { .. } => None,
        }
    }
}
