//! From an encoded picture to gray pixels, and other views of them.

use super::Unreadable;
use crate::domain::{MediaType, Picture};
use std::borrow::Cow;
use std::io::Cursor;

/// The most pixels that are decoded: 16 million, as a phone's camera has them; 16 MB of gray.
pub(super) const MOST_PIXELS: u64 = 16_000_000;

/// The side to which a vector picture is drawn when it says it is smaller, in pixels.
const SMALLEST_VECTOR_SIDE: f32 = 400.0;

/// Gray values, row by row, 0 black to 255 white.
#[derive(Debug, Clone)]
pub(super) struct Gray {
    width: usize,
    height: usize,
    values: Vec<u8>,
}

/// Refuses a size before anything is allocated for it.
fn check_size(width: u64, height: u64) -> Result<(), Unreadable> {
    match width.checked_mul(height) {
        Some(1..=MOST_PIXELS) => Ok(()),
        Some(0) => Err(Unreadable::BadPicture("it has no pixels".to_owned())),
        Some(_) | None => Err(Unreadable::TooLarge { width, height }),
    }
}

fn bad(error: impl std::fmt::Display) -> Unreadable {
    Unreadable::BadPicture(error.to_string())
}

/// Decodes `picture`.
pub(super) fn decode(picture: &Picture) -> Result<Gray, Unreadable> {
    match picture.media {
        MediaType::Png => decode_png(&picture.bytes),
        MediaType::Jpeg => decode_jpeg(&picture.bytes),
        MediaType::Svg => decode_svg(&picture.bytes),
    }
}

fn decode_png(bytes: &[u8]) -> Result<Gray, Unreadable> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(bad)?;
    let (width, height) = (reader.info().width, reader.info().height);
    check_size(width.into(), height.into())?;
    let size = reader.output_buffer_size().ok_or_else(|| bad("its size overflows"))?;
    let mut buffer = vec![0; size];
    let info = reader.next_frame(&mut buffer).map_err(bad)?;
    let channels = info.color_type.samples();
    let values = buffer.chunks_exact(channels).map(luma).collect();
    Gray::new(width as usize, height as usize, values)
}

fn decode_jpeg(bytes: &[u8]) -> Result<Gray, Unreadable> {
    use zune_jpeg::zune_core::bytestream::ZCursor;
    use zune_jpeg::zune_core::colorspace::ColorSpace;
    use zune_jpeg::zune_core::options::DecoderOptions;

    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| bad(format!("{error:?}")))?;
    let (width, height) = decoder.dimensions().ok_or_else(|| bad("it has no size"))?;
    check_size(width as u64, height as u64)?;
    let pixels = decoder.decode().map_err(|error| bad(format!("{error:?}")))?;
    Gray::new(width, height, pixels.chunks_exact(3).map(luma).collect())
}

fn decode_svg(bytes: &[u8]) -> Result<Gray, Unreadable> {
    use resvg::{tiny_skia, usvg};

    let tree = usvg::Tree::from_data(bytes, &usvg::Options::default()).map_err(bad)?;
    let size = tree.size();
    let scale = (SMALLEST_VECTOR_SIDE / size.width().min(size.height())).max(1.0);
    let (width, height) = ((size.width() * scale).ceil(), (size.height() * scale).ceil());
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "usvg sizes are positive, and what saturates here is refused as too large"
    )]
    let (width, height) = (width as u32, height as u32);
    check_size(width.into(), height.into())?;
    let mut pixmap =
        tiny_skia::Pixmap::new(width, height).ok_or_else(|| bad("it has no pixels"))?;
    pixmap.fill(tiny_skia::Color::WHITE);
    let transform = tiny_skia::Transform::from_scale(scale, scale);
    resvg::render(&tree, transform, &mut pixmap.as_mut());
    Gray::new(width as usize, height as usize, pixmap.data().chunks_exact(4).map(luma).collect())
}

/// ITU-R BT.601 luma of one pixel with 1 to 4 channels, alpha over white.
fn luma(pixel: &[u8]) -> u8 {
    let (gray, alpha) = match *pixel {
        [gray] => (u32::from(gray), 255),
        [gray, alpha] => (u32::from(gray), u32::from(alpha)),
        [red, green, blue, ref rest @ ..] => {
            let sum = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
            (sum / 1000, rest.first().map_or(255, |alpha| u32::from(*alpha)))
        }
        [] => (255, 255),
    };
    u8::try_from((gray * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255)
}

impl Gray {
    pub(super) fn new(width: usize, height: usize, values: Vec<u8>) -> Result<Self, Unreadable> {
        check_size(width as u64, height as u64)?;
        if values.len() == width * height {
            Ok(Self { width, height, values })
        } else {
            Err(bad(format!("{} values are not {width} × {height}", values.len())))
        }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn height(&self) -> usize {
        self.height
    }

    pub(super) fn values(&self) -> &[u8] {
        &self.values
    }

    pub(super) fn as_is(&self) -> Cow<'_, Self> {
        Cow::Borrowed(self)
    }

    pub(super) fn inverted(&self) -> Cow<'_, Self> {
        self.mapped(|value| 255 - value)
    }

    /// The values between the darkest and the lightest percent, stretched to the whole range.
    pub(super) fn stretched(&self) -> Cow<'_, Self> {
        let mut sorted = self.values.clone();
        sorted.sort_unstable();
        let low = u32::from(sorted[sorted.len() / 100]);
        let high = u32::from(sorted[sorted.len() - 1 - sorted.len() / 100]);
        let range = (high - low).max(1);
        self.mapped(|value| {
            let above = u32::from(value).saturating_sub(low);
            u8::try_from(above * 255 / range).unwrap_or(255)
        })
    }

    /// The median of each 3 × 3 neighbourhood; the border stays.
    pub(super) fn smoothed(&self) -> Cow<'_, Self> {
        let mut values = self.values.clone();
        for y in 1..self.height.saturating_sub(1) {
            for x in 1..self.width.saturating_sub(1) {
                let mut nine = [0; 9];
                for (row, three) in nine.chunks_exact_mut(3).enumerate() {
                    let start = (y + row - 1) * self.width + x - 1;
                    three.copy_from_slice(&self.values[start..start + 3]);
                }
                nine.sort_unstable();
                values[y * self.width + x] = nine[4];
            }
        }
        Cow::Owned(Self { values, ..*self })
    }

    /// Twice the size, bilinear; pictures that would grow past the limit stay as they are.
    pub(super) fn enlarged(&self) -> Cow<'_, Self> {
        let (width, height) = (self.width * 2, self.height * 2);
        if check_size(width as u64, height as u64).is_err() {
            return self.as_is();
        }
        let mut values = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                values.push(self.between(x, y));
            }
        }
        Cow::Owned(Self { width, height, values })
    }

    /// The value at half coordinates: weights are 1/4 and 3/4, because pixels have centres.
    fn between(&self, x: usize, y: usize) -> u8 {
        let near = |at: usize, limit: usize| {
            let other = if at.is_multiple_of(2) { (at / 2).saturating_sub(1) } else { at / 2 + 1 };
            (at / 2, other.min(limit - 1))
        };
        let ((x0, x1), (y0, y1)) = (near(x, self.width), near(y, self.height));
        let at = |x: usize, y: usize| u32::from(self.values[y * self.width + x]);
        let sum = 9 * at(x0, y0) + 3 * at(x1, y0) + 3 * at(x0, y1) + at(x1, y1);
        u8::try_from(sum / 16).unwrap_or(255)
    }

    fn mapped(&self, map: impl Fn(u8) -> u8) -> Cow<'_, Self> {
        Cow::Owned(Self { values: self.values.iter().map(|value| map(*value)).collect(), ..*self })
    }
}
