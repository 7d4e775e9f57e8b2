//! The replies of a subject as an adapter writes them.

use super::answer::Malformed;
use crate::domain::reply::BoundToken;
use crate::domain::{Activation, Assurance, Channel, Picture, Reply, Secret, TokenKind};
use data_encoding::BASE64;
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Duration;

/// What an adapter answers under `ok`: one of the replies, named by `reply`. Refusals and missing
/// features are outcomes of their own.
#[derive(Deserialize, JsonSchema)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum ReplyForm {
    /// See [`Reply::Done`].
    Done {},
    /// See [`Reply::CodeRequired`].
    CodeRequired {
        /// Over which channel the code was sent.
        channel: Channel,
        /// Where to, as the page shows it.
        #[serde(default)]
        destination: Option<String>,
        /// The other channels on offer.
        #[serde(default)]
        alternatives: Vec<Channel>,
    },
    /// See [`Reply::EnrolmentRequired`].
    EnrolmentRequired {
        /// The kinds of token on offer.
        offers: Vec<TokenKind>,
    },
    /// See [`Reply::Activation`].
    Activation(ActivationForm),
    /// See [`Reply::RegistrationCodeRequired`].
    RegistrationCodeRequired {},
    /// See [`Reply::Enrolled`].
    Enrolled {},
    /// See [`Reply::TokenRequired`].
    TokenRequired {
        /// The kinds of token that may answer.
        methods: Vec<TokenKind>,
        /// What a token that answers challenges is asked.
        #[serde(default)]
        challenge: Option<String>,
    },
    /// See [`Reply::PushSent`].
    PushSent {
        /// The number to tap at the app, if the page shows one.
        #[serde(default)]
        number: Option<String>,
    },
    /// See [`Reply::SignedIn`].
    SignedIn {
        /// How much was proven.
        assurance: Assurance,
    },
    /// See [`Reply::Certificate`].
    Certificate {
        /// The certificate in PEM.
        pem: String,
    },
    /// See [`Reply::Tokens`].
    Tokens {
        /// The bound tokens.
        tokens: Vec<ListedToken>,
    },
    /// See [`Reply::SignedOut`].
    SignedOut {},
}

/// What the enrolment page shows.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ActivationForm {
    /// The QR code: a data URI, or the base64 of a PNG, JPEG or SVG.
    qr: Option<String>,
    /// A key URI or activation link.
    link: Option<String>,
    /// The password shown beside the QR code.
    password: Option<String>,
    /// The address to type into the desktop program.
    address: Option<String>,
    /// The serial number.
    serial_number: Option<String>,
    /// The activation code.
    activation_code: Option<String>,
    /// A container with the key (RFC 6030).
    key_file: Option<String>,
    /// A challenge to answer with the new token.
    challenge: Option<String>,
    /// For how many seconds all this may be used, if the page says so.
    expires_in: Option<f64>,
}

/// A bound token.
#[derive(Deserialize, JsonSchema)]
pub struct ListedToken {
    /// The serial number or other id.
    pub id: String,
    /// Its kind.
    pub kind: TokenKind,
}

impl ReplyForm {
    /// What it means.
    ///
    /// # Errors
    /// [`Malformed`] for a picture or a time that is none.
    pub fn meaning(self) -> Result<Reply, Malformed> {
        Ok(match self {
            Self::Done {} => Reply::Done,
            Self::CodeRequired { channel, destination, alternatives } => {
                Reply::CodeRequired { channel, destination, alternatives }
            }
            Self::EnrolmentRequired { offers } => Reply::EnrolmentRequired { offers },
            Self::Activation(form) => Reply::Activation(Box::new(form.meaning()?)),
            Self::RegistrationCodeRequired {} => Reply::RegistrationCodeRequired,
            Self::Enrolled {} => Reply::Enrolled,
            Self::TokenRequired { methods, challenge } => {
                Reply::TokenRequired { methods, challenge }
            }
            Self::PushSent { number } => Reply::PushSent { number },
            Self::SignedIn { assurance } => Reply::SignedIn { assurance },
            Self::Certificate { pem } => Reply::Certificate { pem },
            Self::Tokens { tokens } => Reply::Tokens(
                tokens.into_iter().map(|one| BoundToken { id: one.id, kind: one.kind }).collect(),
            ),
            Self::SignedOut {} => Reply::SignedOut,
        })
    }
}

impl ActivationForm {
    fn meaning(self) -> Result<Activation, Malformed> {
        Ok(Activation {
            qr: self.qr.as_deref().map(picture).transpose()?,
            link: self.link.map(Secret::new),
            password: self.password.map(Secret::new),
            address: self.address,
            serial_number: self.serial_number,
            activation_code: self.activation_code.map(Secret::new),
            key_file: self.key_file.map(Secret::new),
            challenge: self.challenge,
            expires_in: self.expires_in.map(|time| seconds("expires_in", time)).transpose()?,
        })
    }
}

fn picture(text: &str) -> Result<Picture, Malformed> {
    let wrong = |why: &dyn std::fmt::Display| Malformed(format!("`qr` is no picture: {why}"));
    if text.starts_with("data:") {
        return Picture::from_data_uri(text).map_err(|why| wrong(&why));
    }
    let bytes = BASE64.decode(text.as_bytes()).map_err(|_| {
        wrong(&"write a data URI (`data:image/png;base64,…`) or base64 without line breaks")
    })?;
    Picture::from_bytes(bytes).map_err(|why| wrong(&why))
}

/// A number of seconds as a duration.
pub(super) fn seconds(name: &str, seconds: f64) -> Result<Duration, Malformed> {
    let wrong = |_| Malformed(format!("{seconds} as `{name}` is no number of seconds"));
    Duration::try_from_secs_f64(seconds).map_err(wrong)
}
