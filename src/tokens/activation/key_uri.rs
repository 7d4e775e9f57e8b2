//! Plain key URIs: the key itself is in the text, so there is nothing left to activate.

use super::{ActivationFormat, Start};
use crate::otp::KeyUri;
use crate::tokens::codes::Codes;

/// `otpauth://…`, as [`KeyUri`] reads it, whatever liberties it takes.
#[derive(Debug)]
pub struct Plain;

impl ActivationFormat for Plain {
    fn name(&self) -> &'static str {
        "key_uri"
    }

    fn recognise(&self, text: &str) -> Option<Start> {
        let (uri, _) = KeyUri::parse(text).ok()?;
        Some(Start::Codes(Codes::of(&uri)))
    }
}
