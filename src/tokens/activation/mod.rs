//! Activation formats: what an app recognises in a scanned or opened text.

pub mod classic;
pub mod sealed_qr;

use crate::otp::KeyUri;

/// One format of activation material.
pub trait ActivationFormat: Sync {
    /// Its name, for messages.
    fn name(&self) -> &'static str;

    /// Whether `text` is of this format.
    fn recognises(&self, text: &str) -> bool;
}

/// The vendor's sealed offline activation.
pub struct SealedQr;

/// A key URI with the secret in it.
pub struct PlainKeyUri;

impl ActivationFormat for SealedQr {
    fn name(&self) -> &'static str {
        "sealed activation"
    }

    fn recognises(&self, text: &str) -> bool {
        sealed_qr::recognises(text)
    }
}

impl ActivationFormat for PlainKeyUri {
    fn name(&self) -> &'static str {
        "key URI"
    }

    fn recognises(&self, text: &str) -> bool {
        KeyUri::parse(text).is_ok()
    }
}
