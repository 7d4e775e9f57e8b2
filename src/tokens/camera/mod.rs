//! The camera of a simulated phone: reads the text of a QR code from the pixels of a picture.
//!
//! The picture becomes one or two grey images (`develop`), and each climbs a ladder of
//! treatments and decoders (`ladder`) from the cheap to the dear. What cannot be read beyond
//! doubt is not read: a conformance tool that reads a wrong text would blame the wrong side.

mod develop;
mod drawing;
mod gray;
mod inspect;
mod ladder;

use crate::domain::Picture;

pub use inspect::{Seen, inspect};

/// The most pixels a picture may have: a phone's photograph has 12 million and a 5K screen 15
/// million, and four bytes for each still fit into 64 MiB.
pub const MOST_PIXELS: u64 = 16_000_000;

/// Why no text came out of a picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Refused by its header, before any pixel was decoded.
    #[error("{width} x {height} pixels, at most {MOST_PIXELS} are looked at")]
    TooManyPixels {
        /// Pixels in a row.
        width: u64,
        /// Rows.
        height: u64,
    },
    /// More encoded bytes than a picture of a QR code can need.
    #[error("{0} bytes are too many for a drawing")]
    TooManyBytes(usize),
    /// The bytes are no picture of the kind they claim to be.
    #[error("the picture is broken: {0}")]
    Broken(String),
    /// A picture, but no QR code that can be read beyond doubt.
    #[error("no QR code was found")]
    NothingFound,
}

/// The text of the QR code in `picture`.
///
/// # Errors
/// [`Unreadable`]; also when the picture shows several codes that say different things.
pub fn read(picture: &Picture) -> Result<String, Unreadable> {
    develop::develop(picture)?.iter().find_map(ladder::climb).ok_or(Unreadable::NothingFound)
}

fn broken(error: impl std::fmt::Display) -> Unreadable {
    Unreadable::Broken(error.to_string())
}

fn bounded(width: u64, height: u64) -> Result<(), Unreadable> {
    if width.saturating_mul(height) > MOST_PIXELS {
        return Err(Unreadable::TooManyPixels { width, height });
    }
    Ok(())
}
