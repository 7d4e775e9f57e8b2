//! A key URI as the picture that a page would make of it: many servers give the text, and leave the
//! picture to their front end.

use crate::domain::{MediaType, Picture};
use qrcode::QrCode;
use qrcode::render::svg;

/// How wide a page shows it, in pixels.
const WIDTH: u32 = 240;

/// Whether `text` is what authenticator apps read from pictures.
pub(super) fn is_key_uri(text: &str) -> bool {
    text.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("otpauth:"))
}

/// The QR code of `text`; an error says why there is none.
pub(super) fn drawn(text: &str) -> Result<Picture, String> {
    let code = QrCode::new(text).map_err(|error| format!("it cannot be drawn: {error}"))?;
    let svg = code.render::<svg::Color<'_>>().min_dimensions(WIDTH, WIDTH).build();
    Ok(Picture { media: MediaType::Svg, bytes: svg.into_bytes() })
}
