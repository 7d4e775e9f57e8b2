//! From encoded pictures to grey images, with the number of pixels bounded before any is decoded.

use super::gray::Gray;
use super::{Unreadable, bounded, broken, drawing};
use crate::domain::picture::{MediaType, Picture};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// The image over white and, if it has transparent parts, also over black, as a page in a dark
/// theme would show it.
pub(super) fn develop(picture: &Picture) -> Result<Vec<Gray>, Unreadable> {
    let decode = || match picture.media {
        MediaType::Png => from_png(&picture.bytes),
        MediaType::Jpeg => from_jpeg(&picture.bytes),
        MediaType::Svg => from_svg(&picture.bytes),
    };
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(Unreadable::Broken("its decoder panicked".to_owned())))
}

fn from_png(bytes: &[u8]) -> Result<Vec<Gray>, Unreadable> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let header = decoder.read_header_info().map_err(broken)?;
    bounded(u64::from(header.width), u64::from(header.height))?;
    let mut reader = decoder.read_info().map_err(broken)?;
    let size = reader.output_buffer_size().ok_or_else(|| broken("its size overflows"))?;
    let mut samples = vec![0; size];
    let frame = reader.next_frame(&mut samples).map_err(broken)?;
    samples.truncate(frame.buffer_size());
    let channels = match frame.color_type {
        png::ColorType::Grayscale => 1,
        png::ColorType::GrayscaleAlpha => 2,
        png::ColorType::Rgb | png::ColorType::Indexed => 3,
        png::ColorType::Rgba => 4,
    };
    Ok(grays(frame.width as usize, &samples, channels, Alpha::Straight))
}

fn from_jpeg(bytes: &[u8]) -> Result<Vec<Gray>, Unreadable> {
    // The decoder's own limit on a side would hide ours on the area.
    let options = DecoderOptions::default().set_max_width(0xffff).set_max_height(0xffff);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(broken)?;
    let (width, height) = decoder.dimensions().ok_or_else(|| broken("it has no dimensions"))?;
    bounded(width as u64, height as u64)?;
    let (space, channels) = match decoder.input_colorspace() {
        Some(ColorSpace::Luma | ColorSpace::YCbCr) => (ColorSpace::Luma, 1),
        _ => (ColorSpace::RGB, 3),
    };
    decoder.set_options(options.jpeg_set_out_colorspace(space));
    let samples = decoder.decode().map_err(broken)?;
    Ok(grays(width, &samples, channels, Alpha::Straight))
}

fn from_svg(bytes: &[u8]) -> Result<Vec<Gray>, Unreadable> {
    let canvas = drawing::drawn(bytes)?;
    Ok(grays(canvas.width() as usize, canvas.data(), 4, Alpha::Premultiplied))
}

/// Whether colours were already multiplied by their opacity.
#[derive(Clone, Copy, PartialEq)]
enum Alpha {
    Straight,
    Premultiplied,
}

fn grays(width: usize, samples: &[u8], channels: usize, alpha: Alpha) -> Vec<Gray> {
    let (mut over_white, mut over_black) = (Vec::new(), Vec::new());
    over_white.reserve_exact(samples.len() / channels);
    for pixel in samples.chunks_exact(channels) {
        let (light, opacity) = match *pixel {
            [light] => (u32::from(light), 255),
            [light, opacity] => (u32::from(light), u32::from(opacity)),
            [red, green, blue] => (luma(red, green, blue), 255),
            [red, green, blue, opacity] => (luma(red, green, blue), u32::from(opacity)),
            _ => continue,
        };
        let lit = if alpha == Alpha::Straight { light * opacity / 255 } else { light };
        if opacity < 255 && over_black.is_empty() {
            over_black.clone_from(&over_white);
        }
        over_white.push(sample(lit + 255 - opacity));
        if opacity < 255 || !over_black.is_empty() {
            over_black.push(sample(lit));
        }
    }
    [over_white, over_black].into_iter().filter_map(|pixels| Gray::new(width, pixels)).collect()
}

fn sample(light: u32) -> u8 {
    u8::try_from(light).unwrap_or(u8::MAX)
}

/// Rec. 601 luma in 8-bit fixed point; the weights add up to 256.
fn luma(red: u8, green: u8, blue: u8) -> u32 {
    (u32::from(red) * 77 + u32::from(green) * 150 + u32::from(blue) * 29) >> 8
}
