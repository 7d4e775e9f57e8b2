//! How a soft token comes to share a key with the service: formats that are scanned or opened as a
//! link, and the numbers that are typed by hand ([`classic`]).
//!
//! Adding a scanned format is one file here and one line in [`ACTIVATION_FORMATS`].

pub mod classic;
pub mod key_uri;
pub mod pskc;
pub mod sealed_qr;

use crate::domain::Secret;
use crate::tokens::codes::Codes;

pub use classic::{ActivationCode, BadNumber, RegistrationCode, SerialNumber};
pub use sealed_qr::{NotOpened, SealedActivation};

/// A format of text that an app finds in a QR code or behind a link.
pub trait ActivationFormat: Sync {
    /// The name of its file.
    fn name(&self) -> &'static str;

    /// What an app does next with `text`; nothing if the text is not in this format.
    fn recognise(&self, text: &str) -> Option<Start>;
}

/// How an activation goes on after its text was read.
#[derive(Debug, Clone)]
pub enum Start {
    /// The key was in the text: the token shows codes at once.
    Codes(Codes),
    /// The text must be opened with the password that stands beside it, and the service asked.
    Sealed(Envelope),
}

/// A text that a password opens.
#[derive(Debug, Clone)]
pub struct Envelope {
    text: Secret,
    open: fn(&str, &Secret) -> Result<SealedActivation, NotOpened>,
}

impl Envelope {
    /// A text that is opened by `open`.
    #[must_use]
    pub fn new(text: &str, open: fn(&str, &Secret) -> Result<SealedActivation, NotOpened>) -> Self {
        Self { text: Secret::new(text), open }
    }

    /// What is inside.
    ///
    /// # Errors
    /// [`NotOpened::MacMismatch`] for a wrong password.
    pub fn open(&self, password: &Secret) -> Result<SealedActivation, NotOpened> {
        (self.open)(self.text.reveal(), password)
    }
}

/// Every format that a phone knows, tried in this order.
pub static ACTIVATION_FORMATS: &[&dyn ActivationFormat] = &[&sealed_qr::SealedQr, &key_uri::Plain];

/// What the first format that knows `text` makes of it.
#[must_use]
pub fn recognise(text: &str) -> Option<Start> {
    ACTIVATION_FORMATS.iter().find_map(|format| format.recognise(text))
}
