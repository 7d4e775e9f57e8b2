//! The camera: reads a QR code from pixels, never from anything else.
//!
//! A ladder of decoders: the cheap and best first, then others, then the picture inverted,
//! stretched, smoothed and enlarged. A wrong text would be worse than none, so only decoders with
//! error correction that checks its result stand on it.

mod ladder;
mod pixels;

use crate::domain::Picture;

/// Why nothing was read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The picture does not decode to pixels.
    #[error("the picture does not decode: {0}")]
    BadPicture(String),
    /// More pixels than [`pixels::MOST_PIXELS`].
    #[error("{width} × {height} pixels are more than a camera has")]
    TooLarge {
        /// Pixels in a row.
        width: u64,
        /// Rows.
        height: u64,
    },
    /// No QR code was found.
    #[error("no QR code was found")]
    NoCode,
}

/// Reads the QR code in `picture`.
///
/// # Errors
/// [`Unreadable`] with the reason.
pub fn read(picture: &Picture) -> Result<String, Unreadable> {
    let gray = pixels::decode(picture)?;
    ladder::climb(&gray).ok_or(Unreadable::NoCode)
}

/// Reads the QR code in gray values, row by row, 0 black to 255 white.
///
/// # Errors
/// [`Unreadable`] when sizes do not fit or no code was found.
pub fn read_gray(width: usize, height: usize, values: Vec<u8>) -> Result<String, Unreadable> {
    let gray = pixels::Gray::new(width, height, values)?;
    ladder::climb(&gray).ok_or(Unreadable::NoCode)
}
