//! Base32 (RFC 4648 §6), as keys are written for people: strict, and as lenient as apps are.

use data_encoding::BASE32_NOPAD;
use secrecy::zeroize::Zeroizing;
use std::fmt;

/// The most symbols that are read: 640 bytes, five times the largest block that HMAC keys in one
/// piece. Longer text is no key that anyone types or scans.
pub const MOST_SYMBOLS: usize = 1024;

/// Something that [`decode`] refuses and [`decode_lenient`] overlooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Liberty {
    /// Letters in lower case.
    LowerCase,
    /// Spaces between the symbols.
    Spaces,
    /// Hyphens between the symbols.
    Hyphens,
    /// `=` at the end.
    Padding,
    /// Bits after the last whole byte that are not zero.
    LooseBits,
}

/// Why text is no base32. Positions count characters from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotBase32 {
    /// A character that is no symbol, or stands where it may not.
    #[error("{character:?} at position {position} is no base32 symbol")]
    Symbol {
        /// The character.
        character: char,
        /// Where it stands.
        position: usize,
    },
    /// 1, 3 or 6 symbols more than a multiple of 8: no number of bytes is written so.
    #[error("{symbols} symbols leave a byte unfinished")]
    Length {
        /// How many symbols there are.
        symbols: usize,
    },
    /// Bits after the last whole byte that are not zero.
    #[error("the last symbol has bits that belong to no byte")]
    LooseBits,
    /// More than [`MOST_SYMBOLS`].
    #[error("more than {MOST_SYMBOLS} characters")]
    TooLong,
}

/// The symbols of `bytes`: upper case, without padding, as key URIs want them.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    BASE32_NOPAD.encode(bytes)
}

/// The bytes of `text`, which must be written exactly as [`encode`] writes them.
pub fn decode(text: &str) -> Result<Vec<u8>, NotBase32> {
    if text.len() > MOST_SYMBOLS {
        return Err(NotBase32::TooLong);
    }
    let mut symbols = Zeroizing::new(Vec::with_capacity(text.len()));
    for (position, character) in (1..).zip(text.chars()) {
        symbols.push(symbol(character).ok_or(NotBase32::Symbol { character, position })?);
    }
    match join(&symbols)? {
        (bytes, Tail::Clean) => Ok(bytes),
        (_, Tail::Loose) => Err(NotBase32::LooseBits),
    }
}

/// The bytes of `text`, and each kind of liberty that was taken to read it, once.
pub fn decode_lenient(text: &str) -> Result<(Vec<u8>, Vec<Liberty>), NotBase32> {
    if text.len() > MOST_SYMBOLS {
        return Err(NotBase32::TooLong);
    }
    let mut taken = Taken::default();
    let mut symbols = Zeroizing::new(Vec::with_capacity(text.len()));
    for (position, character) in (1..).zip(text.chars()) {
        match character {
            ' ' => taken.note(Liberty::Spaces),
            '-' => taken.note(Liberty::Hyphens),
            '=' => taken.note(Liberty::Padding),
            // After the padding there is nothing more to read.
            _ if taken.has(Liberty::Padding) => {
                return Err(NotBase32::Symbol { character, position });
            }
            _ => {
                if character.is_ascii_lowercase() {
                    taken.note(Liberty::LowerCase);
                }
                let symbol = symbol(character.to_ascii_uppercase());
                symbols.push(symbol.ok_or(NotBase32::Symbol { character, position })?);
            }
        }
    }
    let (bytes, tail) = join(&symbols)?;
    if tail == Tail::Loose {
        taken.note(Liberty::LooseBits);
    }
    Ok((bytes, taken.0))
}

/// The liberties taken so far, each once, in the order of their first use.
#[derive(Default)]
struct Taken(Vec<Liberty>);

impl Taken {
    fn has(&self, liberty: Liberty) -> bool {
        self.0.contains(&liberty)
    }

    fn note(&mut self, liberty: Liberty) {
        if !self.has(liberty) {
            self.0.push(liberty);
        }
    }
}

/// The five bits that `character` stands for.
fn symbol(character: char) -> Option<u8> {
    let byte = u8::try_from(character).ok()?;
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    }
}

/// Whether the bits after the last whole byte are zero.
#[derive(PartialEq, Eq)]
enum Tail {
    Clean,
    Loose,
}

/// The whole bytes of the five-bit groups.
fn join(symbols: &[u8]) -> Result<(Vec<u8>, Tail), NotBase32> {
    if matches!(symbols.len() % 8, 1 | 3 | 6) {
        return Err(NotBase32::Length { symbols: symbols.len() });
    }
    let mut bytes = Vec::with_capacity(symbols.len() * 5 / 8);
    let (mut held, mut bits) = (0_u16, 0);
    for symbol in symbols {
        held = (held << 5) | u16::from(*symbol);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            let [_, byte] = (held >> bits).to_be_bytes();
            bytes.push(byte);
            held &= (1 << bits) - 1;
        }
    }
    Ok((bytes, if held == 0 { Tail::Clean } else { Tail::Loose }))
}

impl fmt::Display for Liberty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LowerCase => "letters in lower case",
            Self::Spaces => "spaces between symbols",
            Self::Hyphens => "hyphens between symbols",
            Self::Padding => "padding",
            Self::LooseBits => "bits that belong to no byte",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Liberty, MOST_SYMBOLS, NotBase32, decode, decode_lenient, encode};

    /// RFC 4648 §10, without the padding.
    const VECTORS: [(&str, &str); 7] = [
        ("", ""),
        ("f", "MY"),
        ("fo", "MZXQ"),
        ("foo", "MZXW6"),
        ("foob", "MZXW6YQ"),
        ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ];

    #[test]
    fn the_vectors_of_the_rfc_are_written_and_read() {
        for (plain, symbols) in VECTORS {
            assert_eq!(encode(plain.as_bytes()), symbols);
            assert_eq!(decode(symbols), Ok(plain.as_bytes().to_vec()));
            assert_eq!(decode_lenient(symbols), Ok((plain.as_bytes().to_vec(), vec![])));
        }
    }

    #[test]
    fn every_liberty_is_named_once() {
        use Liberty::{Hyphens, LowerCase, Padding, Spaces};
        let (bytes, liberties) = decode_lenient("jbsw y3dp-ehpk 3pxp====").expect("it is lenient");
        assert_eq!(bytes, b"Hello!\xde\xad\xbe\xef");
        assert_eq!(liberties, [LowerCase, Spaces, Hyphens, Padding]);
        assert_eq!(decode_lenient("MZ"), Ok((b"f".to_vec(), vec![Liberty::LooseBits])));
    }

    #[test]
    fn a_strict_reader_takes_no_liberty() {
        for (text, character, position) in
            [("mY", 'm', 1), ("M Y", ' ', 2), ("M-Y", '-', 2), ("MY======", '=', 3)]
        {
            assert_eq!(decode(text), Err(NotBase32::Symbol { character, position }), "{text}");
        }
        assert_eq!(decode("MZ"), Err(NotBase32::LooseBits));
    }

    #[test]
    fn a_bad_character_is_named_with_its_position() {
        let bad = |character, position| Err(NotBase32::Symbol { character, position });
        assert_eq!(decode_lenient("JBSW Y3D1"), bad('1', 9));
        assert_eq!(decode_lenient("ſY"), bad('ſ', 1));
        assert_eq!(decode_lenient("MY=MY"), bad('M', 4));
        assert_eq!(decode("éé"), Err(NotBase32::Symbol { character: 'é', position: 1 }));
    }

    #[test]
    fn a_length_that_leaves_a_byte_unfinished_is_refused() {
        for symbols in [1, 3, 6, 9, 17] {
            let text = "A".repeat(symbols);
            assert_eq!(decode(&text), Err(NotBase32::Length { symbols }));
            assert_eq!(decode_lenient(&text), Err(NotBase32::Length { symbols }));
        }
    }

    #[test]
    fn text_beyond_the_bound_is_refused() {
        assert!(decode(&"A".repeat(MOST_SYMBOLS)).is_ok());
        assert_eq!(decode(&"A".repeat(MOST_SYMBOLS + 1)), Err(NotBase32::TooLong));
        assert_eq!(decode_lenient(&"A".repeat(MOST_SYMBOLS + 1)), Err(NotBase32::TooLong));
    }
}
