//! Base32 (RFC 4648 §6) as key URIs use it: written without padding, read strictly or leniently.

use data_encoding::{BASE32_NOPAD, DecodeKind};

/// What a lenient reader put up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Liberty {
    /// Lower-case letters.
    LowerCase,
    /// Spaces or hyphens between the symbols.
    Separators,
    /// `=` at the end.
    Padding,
}

/// Why a text is no base32.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotBase32 {
    /// A character outside A–Z and 2–7.
    #[error("`{character}` at position {position} is no base32 symbol (A–Z, 2–7)")]
    BadCharacter {
        /// The character.
        character: char,
        /// Its position in characters, from 1.
        position: usize,
    },
    /// A count of symbols that no whole number of bytes can have, or bits left over that are not 0.
    #[error("{0} symbols leave bits over that belong to no byte")]
    Dangling(usize),
}

/// Writes `bytes` in upper case without padding.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    BASE32_NOPAD.encode(bytes)
}

/// Reads upper case without padding, and nothing else.
///
/// # Errors
/// [`NotBase32`] with the place.
pub fn decode(text: &str) -> Result<Vec<u8>, NotBase32> {
    BASE32_NOPAD.decode(text.as_bytes()).map_err(|error| match error.kind {
        DecodeKind::Symbol => bad_character(text, error.position),
        DecodeKind::Length | DecodeKind::Trailing | DecodeKind::Padding => {
            NotBase32::Dangling(text.chars().count())
        }
    })
}

/// Reads what people and servers really write, and says which liberties it took.
///
/// # Errors
/// [`NotBase32`] with the place in the text as it was given.
pub fn decode_lenient(text: &str) -> Result<(Vec<u8>, Vec<Liberty>), NotBase32> {
    let mut liberties = Vec::new();
    let unpadded = text.trim_end_matches('=');
    if unpadded.len() < text.len() {
        liberties.push(Liberty::Padding);
    }
    let mut symbols = String::with_capacity(unpadded.len());
    for (index, character) in unpadded.chars().enumerate() {
        match character {
            ' ' | '-' => liberties.push(Liberty::Separators),
            'a'..='z' => {
                liberties.push(Liberty::LowerCase);
                symbols.push(character.to_ascii_uppercase());
            }
            'A'..='Z' | '2'..='7' => symbols.push(character),
            _ => return Err(NotBase32::BadCharacter { character, position: index + 1 }),
        }
    }
    liberties.sort_unstable();
    liberties.dedup();
    decode(&symbols).map(|bytes| (bytes, liberties))
}

fn bad_character(text: &str, byte: usize) -> NotBase32 {
    let mut characters = text.char_indices().enumerate();
    let found = characters.find(|(_, (at, character))| byte < at + character.len_utf8());
    let (position, character) =
        found.map_or((1, '?'), |(index, (_, character))| (index + 1, character));
    NotBase32::BadCharacter { character, position }
}
