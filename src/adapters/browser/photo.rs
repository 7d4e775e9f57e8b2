//! Pictures of what a page shows: with the white margin that a QR code needs (ISO/IEC 18004 §6.3.8)
//! and that an element's screenshot has cut off.

use data_encoding::BASE64;
use png::{BitDepth, ColorType, Decoder, Encoder};
use std::io::Cursor;

/// Four modules of a code that is drawn large.
const MARGIN: u32 = 40;

/// The largest window has 1280 by 2000 pixels; an element may be longer than that.
const MAX_PIXELS: u64 = 1280 * 8000;

/// The picture `png` on white paper that is larger on every side.
///
/// # Errors
/// Says why it is no picture that a browser takes.
pub(super) fn on_white(png: &[u8]) -> Result<Vec<u8>, String> {
    let mut decoder = Decoder::new(Cursor::new(png));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|error| format!("the screenshot: {error}"))?;
    let (width, height) = (reader.info().width, reader.info().height);
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(format!("a screenshot of {width} by {height} pixels is too large"));
    }
    let size = reader.output_buffer_size().ok_or("a screenshot of no size")?;
    let mut pixels = vec![0; size];
    let frame =
        reader.next_frame(&mut pixels).map_err(|error| format!("the screenshot: {error}"))?;
    let depth = frame.color_type.samples();
    let row = width as usize * depth;
    let margin = MARGIN as usize * depth;
    let mut paper = vec![0xff; (row + 2 * margin) * (height + 2 * MARGIN) as usize];
    let lines = pixels.chunks_exact(frame.line_size).take(height as usize);
    let below = paper.chunks_exact_mut(row + 2 * margin).skip(MARGIN as usize);
    for (line, onto) in lines.zip(below) {
        onto[margin..margin + row].copy_from_slice(&line[..row]);
    }
    encoded(&paper, (width + 2 * MARGIN, height + 2 * MARGIN), frame.color_type)
}

fn encoded(
    pixels: &[u8],
    (width, height): (u32, u32),
    colour: ColorType,
) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(colour);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(pixels));
    written.map_err(|error| format!("the screenshot: {error}"))?;
    Ok(bytes)
}

/// The PNG as a data URI.
pub(super) fn data_uri(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", BASE64.encode(png))
}

#[cfg(test)]
mod tests {
    use super::{MARGIN, encoded, on_white};
    use png::{ColorType, Decoder};
    use std::io::Cursor;

    #[test]
    fn a_picture_gets_a_white_margin_and_keeps_its_pixels() {
        let black = encoded(&[0; 2 * 3 * 3], (2, 3), ColorType::Rgb).expect("a picture");
        let framed = on_white(&black).expect("a larger one");
        let mut reader = Decoder::new(Cursor::new(&framed)).read_info().expect("a header");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        reader.next_frame(&mut pixels).expect("pixels");
        let size = (reader.info().width, reader.info().height);
        assert_eq!(size, (2 + 2 * MARGIN, 3 + 2 * MARGIN));
        let middle = ((MARGIN * size.0 + MARGIN) * 3) as usize;
        assert_eq!((pixels[middle - 1], pixels[middle], pixels[middle + 6]), (255, 0, 255));
        let dark: usize = pixels.into_iter().map(|sample| usize::from(sample == 0)).sum();
        assert_eq!(dark, 2 * 3 * 3);
    }

    #[test]
    fn what_is_no_picture_is_said_to_be_none() {
        assert!(on_white(b"GIF89a").is_err());
    }
}
