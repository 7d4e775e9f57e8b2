//! The desktop program of the guide: three fields that are typed, Save, a registration code to
//! carry to the portal, Done, PIN, codes.

use super::activation::classic::{RegistrationCode, seed};
use super::activation::{ActivationCode, SerialNumber};
use super::app::{App, Shown};
use super::codes::{Codes, Shape};
use super::network::Surroundings;
use super::pin::Vault;
use crate::domain::device::Reason;
use crate::domain::{Moment, Outcome, Secret, Soon};
use std::str::FromStr;

/// The desktop program and how far it has come.
#[derive(Debug, Clone)]
pub(super) enum Desktop {
    /// The fields are being filled in.
    Form(Form),
    /// Saved: the registration code is on the screen.
    Saved { codes: Codes, registration: RegistrationCode },
    /// The registration code was dismissed; a PIN comes next.
    NeedsPin(Codes),
    /// Codes behind a PIN.
    Guarded(Vault),
}

/// What was typed so far. Only values that passed their checks get in.
#[derive(Debug, Clone, Default)]
pub(super) struct Form {
    address: Option<String>,
    /// What the address told about its codes; the published shape until it has told.
    shape: Shape,
    serial_number: Option<SerialNumber>,
    activation_code: Option<ActivationCode>,
}

impl Desktop {
    pub(super) fn new() -> Self {
        Self::Form(Form::default())
    }

    fn form(&mut self) -> Result<&mut Form, Reason> {
        match self {
            Self::Form(form) => Ok(form),
            Self::Saved { .. } | Self::NeedsPin(_) | Self::Guarded(_) => Err(Reason::WrongStep),
        }
    }

    fn vault(&mut self) -> Result<&mut Vault, Reason> {
        match self {
            Self::Guarded(vault) => Ok(vault),
            Self::Form(_) | Self::Saved { .. } | Self::NeedsPin(_) => Err(Reason::WrongStep),
        }
    }
}

impl Form {
    /// Keeps the address whether or not it answers; the name is only shown.
    async fn name(&mut self, typed: &str, around: &Surroundings) -> Shown {
        let address = typed.trim().trim_end_matches('/').to_owned();
        if address.is_empty() {
            return Err(Reason::UnknownFormat);
        }
        self.shape = Shape::default();
        let about = around.about(self.address.insert(address)).await?;
        self.shape = about.shape;
        Ok(about.name.map_or(Outcome::Done, Outcome::Named))
    }
}

fn checked<T: FromStr>(typed: &str) -> Result<T, Reason> {
    typed.parse().map_err(|_| Reason::BadCheckDigit)
}

impl App for Desktop {
    fn codes(&self) -> Option<&Codes> {
        match self {
            Self::Guarded(vault) => vault.codes(),
            Self::Form(_) | Self::Saved { .. } | Self::NeedsPin(_) => None,
        }
    }

    fn duplicate(&self) -> Box<dyn App> {
        Box::new(self.clone())
    }

    fn enter_address<'a>(&'a mut self, typed: String, around: &'a Surroundings) -> Soon<'a, Shown> {
        Box::pin(async move { self.form()?.name(&typed, around).await })
    }

    fn enter_serial_number(&mut self, typed: &str) -> Shown {
        self.form()?.serial_number = Some(checked(typed)?);
        Ok(Outcome::Done)
    }

    fn enter_activation_code(&mut self, typed: &Secret) -> Shown {
        self.form()?.activation_code = Some(checked(typed.reveal())?);
        Ok(Outcome::Done)
    }

    fn save(&mut self, around: &mut Surroundings) -> Shown {
        let Form { address, shape, serial_number, activation_code } = self.form()?;
        let (Some(_), Some(serial), Some(activation)) = (address, serial_number, activation_code)
        else {
            return Err(Reason::WrongStep);
        };
        let random = around.chance.bytes();
        let codes = Codes::activated(&seed(*activation, random, None, *serial), *shape);
        let registration = RegistrationCode::new(random, *serial, *activation);
        *self = Self::Saved { codes, registration };
        self.read_registration_code()
    }

    fn read_registration_code(&mut self) -> Shown {
        match self {
            Self::Saved { registration, .. } => {
                Ok(Outcome::RegistrationCode(Secret::new(registration.to_string())))
            }
            Self::Form(_) | Self::NeedsPin(_) | Self::Guarded(_) => Err(Reason::WrongStep),
        }
    }

    fn done(&mut self) -> Shown {
        let Self::Saved { codes, .. } = self else { return Err(Reason::WrongStep) };
        *self = Self::NeedsPin(codes.clone());
        Ok(Outcome::Done)
    }

    fn set_pin(&mut self, pin: Secret, again: &Secret) -> Shown {
        let Self::NeedsPin(codes) = self else { return Err(Reason::WrongStep) };
        *self = Self::Guarded(Vault::closed(codes, pin, again)?);
        Ok(Outcome::Done)
    }

    fn unlock(&mut self, pin: &Secret) -> Shown {
        self.vault()?.unlock(pin).map(|()| Outcome::Done)
    }

    fn lock(&mut self) -> Shown {
        self.vault()?.lock();
        Ok(Outcome::Done)
    }

    fn read_code(&mut self, pin: Option<&Secret>, now: Moment) -> Shown {
        self.vault()?.read(pin, now)
    }
}
