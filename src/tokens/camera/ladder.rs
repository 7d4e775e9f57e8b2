//! The ladder: treatments of an image and the decoders that try it, from the cheap to the dear.
//!
//! Each decoder has kinds of damage that it alone survives: `rxing` distortion and blur, `quircs`
//! noise. The first rung that reads one text, and only one, decides.

use super::gray::Gray;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Larger images are not filtered pixel by pixel: at this size the modules of a code that fills
/// its usual tenth of the picture are wide enough, and the filters would cost seconds.
const MOST_FILTERED: usize = 4_000_000;

/// One try: a treatment, and who looks at what comes out.
struct Rung {
    treat: fn(&Gray) -> Gray,
    /// Images with more pixels skip this rung.
    most_pixels: usize,
    decoders: &'static [Decoder],
}

/// All texts that a decoder finds in an image.
type Decoder = fn(&Gray) -> Vec<String>;

const LADDER: &[Rung] = &[
    Rung { treat: Gray::clone, most_pixels: usize::MAX, decoders: &[by_rxing, by_quircs] },
    Rung { treat: Gray::inverted, most_pixels: usize::MAX, decoders: &[by_rxing] },
    Rung { treat: Gray::stretched, most_pixels: usize::MAX, decoders: &[by_rxing] },
    Rung { treat: faint_and_inverted, most_pixels: usize::MAX, decoders: &[by_rxing, by_quircs] },
    Rung { treat: Gray::median, most_pixels: MOST_FILTERED, decoders: &[by_quircs, by_rxing] },
    Rung { treat: Gray::doubled, most_pixels: MOST_FILTERED, decoders: &[by_quircs, by_rxing] },
];

fn faint_and_inverted(image: &Gray) -> Gray {
    image.stretched().inverted()
}

/// The text of the first rung that reads one; nothing if it reads several that differ.
pub(super) fn climb(image: &Gray) -> Option<String> {
    if image.is_blank() {
        return None;
    }
    for rung in LADDER.iter().filter(|rung| image.pixels.len() <= rung.most_pixels) {
        let treated = (rung.treat)(image);
        for decoder in rung.decoders {
            let mut texts = without_panic(*decoder, &treated);
            texts.sort_unstable();
            texts.dedup();
            match texts.len() {
                0 => {}
                1 => return texts.pop(),
                _ => return None,
            }
        }
    }
    None
}

/// Foreign decoders may panic on odd images; that is no reason for us to.
fn without_panic(decoder: Decoder, image: &Gray) -> Vec<String> {
    catch_unwind(AssertUnwindSafe(|| decoder(image))).unwrap_or_default()
}

/// `rxing` stops at the first code, so it looks again with that one covered.
fn by_rxing(image: &Gray) -> Vec<String> {
    let Some(first) = seen_by_rxing(image) else { return Vec::new() };
    let others = image.without(area(first.getPoints()));
    let second = seen_by_rxing(&others).map(|found| found.getText().to_owned());
    std::iter::once(first.getText().to_owned()).chain(second).collect()
}

fn seen_by_rxing(image: &Gray) -> Option<rxing::RXingResult> {
    let (width, height) = (u32::try_from(image.width).ok()?, u32::try_from(image.height).ok()?);
    let format = Some(rxing::BarcodeFormat::QR_CODE);
    rxing::helpers::detect_in_luma_slice(&image.pixels, width, height, format).ok()
}

/// An upright rectangle that covers the finder patterns around these centres, without which there
/// is no code. In the smallest code they are 14 modules apart and reach 3.5 further.
fn area(centres: &[rxing::Point]) -> [f32; 4] {
    let (left, right) = bounds(centres.iter().map(|centre| centre.x));
    let (top, bottom) = bounds(centres.iter().map(|centre| centre.y));
    let margin = (right - left).max(bottom - top) / 4.0;
    [left - margin, top - margin, right + margin, bottom + margin]
}

fn bounds(values: impl Iterator<Item = f32>) -> (f32, f32) {
    values.fold((f32::MAX, f32::MIN), |(low, high), value| (low.min(value), high.max(value)))
}

fn by_quircs(image: &Gray) -> Vec<String> {
    quircs::Quirc::default()
        .identify(image.width, image.height, &image.pixels)
        .filter_map(|code| code.ok()?.decode().ok())
        .filter_map(|data| String::from_utf8(data.payload).ok())
        .collect()
}
