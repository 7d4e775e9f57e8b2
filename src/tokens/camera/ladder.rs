//! The ladder of decoders, cheapest first.

use super::pixels::Gray;
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// One way to look at a picture, and one decoder to look with.
struct Rung {
    view: fn(&Gray) -> Cow<'_, Gray>,
    decode: fn(&Gray) -> Option<String>,
}

/// Measured on 30 kinds of damage: rxing reads most, quircs copes with noise, inversion is dark
/// mode, stretching helps low contrast, the median removes salt and pepper, enlarging helps where
/// a module is less than two pixels.
const LADDER: [Rung; 10] = [
    Rung { view: Gray::as_is, decode: rxing },
    Rung { view: Gray::as_is, decode: quircs },
    Rung { view: Gray::inverted, decode: rxing },
    Rung { view: Gray::stretched, decode: rxing },
    Rung { view: Gray::inverted, decode: quircs },
    Rung { view: Gray::stretched, decode: quircs },
    Rung { view: Gray::smoothed, decode: quircs },
    Rung { view: Gray::smoothed, decode: rxing },
    Rung { view: Gray::enlarged, decode: quircs },
    Rung { view: Gray::enlarged, decode: rxing },
];

/// The text of the first rung that reads one.
pub(super) fn climb(gray: &Gray) -> Option<String> {
    LADDER.iter().find_map(|rung| {
        // Decoders index into pictures; one that panics has merely read nothing.
        catch_unwind(AssertUnwindSafe(|| (rung.decode)(&(rung.view)(gray)))).ok().flatten()
    })
}

fn rxing(gray: &Gray) -> Option<String> {
    let (width, height) = (u32::try_from(gray.width()).ok()?, u32::try_from(gray.height()).ok()?);
    let format = Some(rxing::BarcodeFormat::QR_CODE);
    let result = rxing::helpers::detect_in_luma_slice(gray.values(), width, height, format).ok()?;
    Some(result.getText().to_owned())
}

fn quircs(gray: &Gray) -> Option<String> {
    let mut decoder = quircs::Quirc::default();
    let mut codes = decoder.identify(gray.width(), gray.height(), gray.values());
    codes.find_map(|code| {
        let data = code.ok()?.decode().ok()?;
        String::from_utf8(data.payload).ok()
    })
}
