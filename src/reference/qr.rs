//! Draws the QR code of the activation page.

use super::parameters::QrFormat;
use crate::domain::{MediaType, Picture};
use qrcode::render::svg;
use qrcode::{Color, QrCode};

/// Pixels for each module: a page's picture is easy to photograph from four on.
const SCALE: usize = 5;

/// Light modules around the symbol, as ISO/IEC 18004 asks for.
const QUIET_ZONE: usize = 4;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotDrawn {
    /// The text is too long for a QR code.
    #[error("the text does not fit into a QR code")]
    TooLong(#[from] qrcode::types::QrError),
    /// The picture cannot be encoded.
    #[error("the picture cannot be encoded")]
    Unencodable(#[from] png::EncodingError),
}

/// Draws `text`.
pub(super) fn draw(text: &str, format: QrFormat) -> Result<Picture, NotDrawn> {
    let code = QrCode::new(text)?;
    match format {
        QrFormat::Svg => {
            let bytes = code.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
            Ok(Picture { media: MediaType::Svg, bytes: bytes.into_bytes() })
        }
        QrFormat::Png => Ok(Picture { media: MediaType::Png, bytes: as_png(&code)? }),
    }
}

/// Draws `text` as a PNG.
pub(crate) fn png(text: &str) -> Result<Vec<u8>, NotDrawn> {
    as_png(&QrCode::new(text)?)
}

fn as_png(code: &QrCode) -> Result<Vec<u8>, NotDrawn> {
    let side = (code.width() + 2 * QUIET_ZONE) * SCALE;
    let modules = code.to_colors();
    let dark = |place: usize| {
        let module = (place / SCALE).checked_sub(QUIET_ZONE)?;
        (module < code.width()).then_some(module)
    };
    let pixel = |x: usize, y: usize| match (dark(x), dark(y)) {
        (Some(x), Some(y)) if modules[y * code.width() + x] == Color::Dark => 0_u8,
        _ => 255,
    };
    let pixels: Vec<u8> =
        (0..side).flat_map(|y| (0..side).map(move |x| (x, y))).map(|(x, y)| pixel(x, y)).collect();
    let mut bytes = Vec::new();
    // A QR code has at most 177 modules a side, so the sides fit by far.
    let side = u32::try_from(side).unwrap_or(u32::MAX);
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    // Squares shrink well however hastily; the picture is looked at once.
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(bytes)
}
