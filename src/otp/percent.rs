//! Percent-encoding (RFC 3986 §2.1), as key URIs and activation links use it.

/// Why a percent-encoded text cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadEscape {
    /// A `%` without two hexadecimal digits after it.
    #[error("the % at byte {0} has no two hexadecimal digits after it")]
    Incomplete(usize),
    /// Bytes that are no UTF-8.
    #[error("the escapes are no UTF-8")]
    NotUtf8,
}

/// `text` with everything escaped but the unreserved characters of RFC 3986 §2.3, in upper-case
/// hexadecimal: safe in every part of a URI.
#[must_use]
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => {
                encoded.push('%');
                encoded.extend([byte >> 4, byte & 0xf].map(upper_hex));
            }
        }
    }
    encoded
}

/// The text that `encoded` stands for. A `+` is a `+`: that it means a space is a rule of HTML
/// forms, not of URIs.
pub fn decode(encoded: &str) -> Result<String, BadEscape> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        if *byte == b'%' {
            let position = encoded.len() - rest.len() + 1;
            let (escape, after) =
                after.split_at_checked(2).ok_or(BadEscape::Incomplete(position))?;
            bytes.push(from_hex(escape).ok_or(BadEscape::Incomplete(position))?);
            rest = after;
        } else {
            bytes.push(*byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).map_err(|_| BadEscape::NotUtf8)
}

fn upper_hex(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).map_or('0', |digit| digit.to_ascii_uppercase())
}

fn from_hex(digits: &[u8]) -> Option<u8> {
    digits.iter().try_fold(0_u8, |value, digit| {
        let nibble = char::from(*digit).to_digit(16)?;
        Some(value << 4 | u8::try_from(nibble).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::{BadEscape, decode, encode};

    #[test]
    fn only_unreserved_characters_stay_as_they_are() {
        assert_eq!(encode("Az09-._~"), "Az09-._~");
        assert_eq!(encode("a b:é+/"), "a%20b%3A%C3%A9%2B%2F");
    }

    #[test]
    fn a_plus_is_a_plus() {
        assert_eq!(decode("ACME+Co%2b"), Ok("ACME+Co+".to_owned()));
    }

    #[test]
    fn an_incomplete_escape_is_named_by_its_place() {
        for (text, position) in [("%", 1), ("ab%4", 3), ("%4g", 1), ("%20%zz", 4), ("%é", 1)] {
            assert_eq!(decode(text), Err(BadEscape::Incomplete(position)), "{text}");
        }
        assert_eq!(decode("%ff"), Err(BadEscape::NotUtf8));
    }
}
