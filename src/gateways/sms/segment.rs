//! How many messages a text becomes on the air: GSM 7-bit or UCS-2, and where it is cut
//! (3GPP TS 23.038 §6.2.1, TS 23.040 §9.2.3.24.1).

/// The GSM 7-bit default alphabet in the order of its code points, without the escape.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// The extension table: each costs an escape septet more.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// How a text is coded on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// Seven bits a character, two septets for the extension table.
    Gsm7,
    /// Two octets for each UTF-16 unit, as soon as one character is not in the GSM alphabet.
    Ucs2,
}

impl Alphabet {
    /// The alphabet that `text` needs.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let in_gsm = |c| BASIC.contains(c) || EXTENSION.contains(c);
        if text.chars().all(in_gsm) { Self::Gsm7 } else { Self::Ucs2 }
    }

    /// Units in a message that stands alone, and in a part that carries a concatenation header
    /// with an 8-bit reference.
    #[must_use]
    pub fn capacity(self) -> (usize, usize) {
        match self {
            Self::Gsm7 => (160, 153),
            Self::Ucs2 => (70, 67),
        }
    }

    fn units(self, character: char) -> usize {
        match self {
            Self::Gsm7 if EXTENSION.contains(character) => 2,
            Self::Gsm7 => 1,
            Self::Ucs2 => character.len_utf16(),
        }
    }
}

/// The size of a text on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segmentation {
    /// The alphabet it needs.
    pub alphabet: Alphabet,
    /// Its septets (GSM 7-bit) or UTF-16 units (UCS-2).
    pub units: usize,
    /// The messages it becomes; an empty text is one empty message.
    pub segments: usize,
}

impl Segmentation {
    /// Measures `text`. Neither an escape sequence nor a surrogate pair is ever split.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let alphabet = Alphabet::of(text);
        let (alone, part) = alphabet.capacity();
        let units = text.chars().map(|c| alphabet.units(c)).sum();
        let segments = if units <= alone { 1 } else { parts(text, alphabet, part) };
        Self { alphabet, units, segments }
    }
}

fn parts(text: &str, alphabet: Alphabet, capacity: usize) -> usize {
    let (mut parts, mut filled) = (1, 0);
    for units in text.chars().map(|c| alphabet.units(c)) {
        if filled + units > capacity {
            parts += 1;
            filled = 0;
        }
        filled += units;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{Alphabet, BASIC, EXTENSION, Segmentation};

    #[test]
    fn the_tables_have_as_many_characters_as_the_standard() {
        assert_eq!(BASIC.chars().count(), 127, "128 code points, one of them the escape");
        assert_eq!(EXTENSION.chars().count(), 10);
    }

    #[test]
    fn an_escape_pair_is_not_split_over_two_parts() {
        let text = format!("{}€{}", "a".repeat(152), "b".repeat(152));
        let measured = Segmentation::of(&text);
        assert_eq!((measured.units, measured.segments), (306, 3), "306 units would fit two parts");
        assert_eq!(measured.alphabet, Alphabet::Gsm7);
    }
}
