//! A picture as it came: bytes and what kind of bytes they are.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The picture formats that a simulated camera can look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MediaType {
    /// Portable Network Graphics.
    #[serde(rename = "image/png")]
    Png,
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// Scalable Vector Graphics.
    #[serde(rename = "image/svg+xml")]
    Svg,
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Svg => "image/svg+xml",
        })
    }
}

/// An encoded picture, not yet decoded to pixels.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// What the bytes are.
    pub media: MediaType,
    /// The encoded bytes.
    pub bytes: Vec<u8>,
}

/// Why a text or some bytes are no picture that we can look at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPicture {
    /// Neither PNG, JPEG nor SVG by its first bytes.
    #[error("neither PNG, JPEG nor SVG (first bytes: {0})")]
    UnknownFormat(String),
    /// A data URI that RFC 2397 does not allow, or whose base64 is broken.
    #[error("not a data URI with a picture in it: {0}")]
    BadDataUri(&'static str),
}

impl Picture {
    /// Recognises the format by its first bytes, never by a claimed type.
    ///
    /// # Errors
    /// [`NotPicture::UnknownFormat`] with the first bytes in hexadecimal.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, NotPicture> {
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(512)]).to_ascii_lowercase();
        let media = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            MediaType::Png
        } else if bytes.starts_with(b"\xff\xd8\xff") {
            MediaType::Jpeg
        } else if head.contains("<svg") || head.contains(":svg") {
            MediaType::Svg
        } else {
            let first = data_encoding::HEXLOWER.encode(&bytes[..bytes.len().min(8)]);
            return Err(NotPicture::UnknownFormat(first));
        };
        Ok(Self { media, bytes })
    }

    /// Reads `data:image/…;base64,…` or its percent-encoded form (RFC 2397).
    ///
    /// # Errors
    /// [`NotPicture`] with what is wrong.
    pub fn from_data_uri(uri: &str) -> Result<Self, NotPicture> {
        let rest = uri
            .trim()
            .strip_prefix("data:")
            .ok_or(NotPicture::BadDataUri("it does not start with data:"))?;
        let (head, body) = rest.split_once(',').ok_or(NotPicture::BadDataUri("it has no comma"))?;
        let bytes = if head.ends_with(";base64") {
            let compact: String = body.chars().filter(|c| !c.is_whitespace()).collect();
            BASE64
                .decode(compact.as_bytes())
                .map_err(|_| NotPicture::BadDataUri("its base64 is broken"))?
        } else {
            percent_decoded(body)
        };
        Self::from_bytes(bytes)
    }

    /// The picture as a base64 data URI.
    #[must_use]
    pub fn to_data_uri(&self) -> String {
        format!("data:{};base64,{}", self.media, BASE64.encode(&self.bytes))
    }
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        let value = hex
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        decoded.push(value.unwrap_or(bytes[at]));
        at += if value.is_some() { 3 } else { 1 };
    }
    decoded
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes", self.media, self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::{MediaType, NotPicture, Picture};

    #[test]
    fn a_data_uri_is_read_in_both_its_forms() {
        let svg =
            Picture::from_data_uri("data:image/svg+xml,%3Csvg%20/%3E").expect("percent-encoded");
        assert_eq!((svg.media, svg.bytes.as_slice()), (MediaType::Svg, b"<svg />".as_slice()));
        assert_eq!(Picture::from_data_uri(&svg.to_data_uri()), Ok(svg));
    }

    #[test]
    fn what_is_no_picture_is_refused_with_the_reason() {
        assert!(matches!(
            Picture::from_bytes(b"GIF89a".to_vec()),
            Err(NotPicture::UnknownFormat(_))
        ));
        assert!(matches!(Picture::from_data_uri("http://x.test"), Err(NotPicture::BadDataUri(_))));
        assert!(matches!(
            Picture::from_data_uri("data:image/png;base64,@"),
            Err(NotPicture::BadDataUri(_))
        ));
    }
}
