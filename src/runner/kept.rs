//! Results that a scenario keeps under a name and uses later.

use crate::domain::{Activation, Picture, Secret};
use crate::scenario::plan::{Field, Text};
use std::collections::BTreeMap;

/// One kept result.
#[derive(Debug, Clone)]
pub(super) enum Kept {
    /// A received message, with the code that was recognised in it.
    Message(Option<Secret>),
    /// Activation material, and what of it the adapter does not look for.
    Activation(Box<Activation>, Vec<String>),
    /// A code that a device showed.
    Code(Secret),
    /// A registration code that a device showed.
    RegistrationCode(Secret),
    /// A name that filled itself in.
    Name(String),
    /// What a token that answers challenges is asked.
    Challenge(Option<String>),
    /// The number of a page that waits for an app, if it shows one.
    Number(Option<String>),
}

/// All that is kept in one scenario.
#[derive(Debug, Default)]
pub(super) struct Shelf(BTreeMap<String, Kept>);

/// A value that a step needs was never shown, so the step cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`${name}` has nothing to give here: {why}")]
pub(super) struct Missing {
    name: String,
    why: &'static str,
    /// The field, if the adapter does not look for it: then nobody knows whether it was shown.
    pub(super) unseen: Option<Field>,
}

impl Shelf {
    pub(super) fn keep(&mut self, name: &str, kept: Kept) {
        self.0.insert(name.to_owned(), kept);
    }

    /// The text or secret that `text` stands for.
    pub(super) fn secret(&self, text: &Text) -> Result<Secret, Missing> {
        match text {
            Text::Literal(literal) => Ok(Secret::new(literal.clone())),
            Text::Reference { name, field } => self.referenced(name, *field),
        }
    }

    /// The same, where it is no secret.
    pub(super) fn plain(&self, text: &Text) -> Result<String, Missing> {
        self.secret(text).map(|secret| secret.reveal().to_owned())
    }

    /// The picture that `text` refers to.
    pub(super) fn picture(&self, text: &Text) -> Result<Picture, Missing> {
        let (name, missing) = match text {
            Text::Literal(uri) => {
                let missing = Missing { name: uri.clone(), why: "it is no picture", unseen: None };
                return Picture::from_data_uri(uri).map_err(|_| missing);
            }
            Text::Reference { name, .. } => {
                let why = "no QR code was shown";
                (name, Missing { name: name.clone(), why, unseen: None })
            }
        };
        match self.0.get(name) {
            Some(Kept::Activation(activation, _)) => activation.qr.clone().ok_or(missing),
            Some(_) | None => Err(missing),
        }
    }

    /// The number that `text` stands for; nothing where the page showed none.
    pub(super) fn number(&self, text: &Text) -> Result<Option<String>, Missing> {
        if let Text::Reference { name, .. } = text
            && let Some(Kept::Number(number)) = self.0.get(name)
        {
            return Ok(number.clone());
        }
        self.plain(text).map(Some)
    }

    fn referenced(&self, name: &str, field: Option<Field>) -> Result<Secret, Missing> {
        let why = |why| Missing { name: name.to_owned(), why, unseen: None };
        match self.0.get(name).ok_or(why("nothing was kept under this name"))? {
            Kept::Message(code) => code.clone().ok_or(why("no code was recognised in the message")),
            Kept::Code(code) | Kept::RegistrationCode(code) => Ok(code.clone()),
            Kept::Name(text) => Ok(Secret::new(text.clone())),
            Kept::Number(text) => text.clone().map(Secret::new).ok_or(why("no number was shown")),
            Kept::Challenge(text) => {
                text.clone().map(Secret::new).ok_or(why("no challenge was shown"))
            }
            Kept::Activation(activation, unseen) => {
                let is_unseen = |field: &Field| unseen.contains(&field.to_string());
                let unseen = field.filter(is_unseen);
                let missing = Missing { unseen, ..why("the page did not show it") };
                activation_field(activation, field).ok_or(missing)
            }
        }
    }
}

fn activation_field(activation: &Activation, field: Option<Field>) -> Option<Secret> {
    let plain = |text: &Option<String>| text.clone().map(Secret::new);
    match field? {
        Field::Link => activation.link.clone(),
        Field::Password => activation.password.clone(),
        Field::Address => plain(&activation.address),
        Field::SerialNumber => plain(&activation.serial_number),
        Field::ActivationCode => activation.activation_code.clone(),
        Field::KeyFile => activation.key_file.clone(),
        Field::Challenge => plain(&activation.challenge),
        Field::Qr | Field::Code | Field::RegistrationCode | Field::Name | Field::Number => None,
    }
}

/// Whether the activation shows `field`.
pub(super) fn shows(activation: &Activation, field: Field) -> bool {
    field == Field::Qr && activation.qr.is_some()
        || activation_field(activation, Some(field)).is_some()
}
