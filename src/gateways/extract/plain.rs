//! Text with one way to write each digit, space and hyphen, that remembers where all of it stood.

use std::ops::Range;

/// The longest text that is searched, in bytes: a code stands near the start of a message.
pub(super) const TEXT_LIMIT: usize = 64 * 1024;

/// A text in which digits and Latin letters are ASCII and every space is U+0020.
#[derive(Debug)]
pub(super) struct Plain<'a> {
    original: &'a str,
    text: String,
    /// For each byte of `text`, and its end, the byte of `original` that it comes from.
    origins: Vec<usize>,
}

impl<'a> Plain<'a> {
    /// Reads at most [`TEXT_LIMIT`] bytes of `original`.
    pub(super) fn of(original: &'a str) -> Self {
        let original = &original[..original.floor_char_boundary(TEXT_LIMIT)];
        let mut text = String::with_capacity(original.len());
        let mut origins = Vec::with_capacity(original.len() + 1);
        for (at, character) in original.char_indices() {
            if let Some(simple) = simplified(character) {
                text.push(simple);
                origins.resize(text.len(), at);
            }
        }
        origins.push(original.len());
        Self { original, text, origins }
    }

    /// The simplified text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What stood in the original where `span` of the simplified text is.
    pub(super) fn raw(&self, span: &Range<usize>) -> &'a str {
        let start = self.origins.get(span.start).copied().unwrap_or(self.original.len());
        let end = self.origins.get(span.end).copied().unwrap_or(self.original.len());
        self.original.get(start..end).unwrap_or_default()
    }
}

/// The one way to write `character`; nothing for marks that nobody sees.
fn simplified(character: char) -> Option<char> {
    let shifted = |from: char, to: u8| {
        u32::from(to).checked_add(u32::from(character) - u32::from(from)).and_then(char::from_u32)
    };
    match character {
        // Full-width forms, Arabic-Indic, Persian and Devanagari digits.
        '\u{ff01}'..='\u{ff5e}' => shifted('\u{ff01}', b'!'),
        '\u{660}'..='\u{669}' => shifted('\u{660}', b'0'),
        '\u{6f0}'..='\u{6f9}' => shifted('\u{6f0}', b'0'),
        '\u{966}'..='\u{96f}' => shifted('\u{966}', b'0'),
        // Carriage return, soft hyphen, zero-width and direction marks.
        '\r'
        | '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => None,
        '\t' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
            Some(' ')
        }
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        _ => Some(character),
    }
}

#[cfg(test)]
mod tests {
    use super::Plain;

    #[test]
    fn full_width_and_arabic_digits_become_ascii_and_keep_their_place() {
        let plain = Plain::of("رمز ١٢٣\u{200f}٤５６");
        let at = plain.text().find("123456").expect("simplified");
        assert_eq!(plain.raw(&(at..at + 6)), "١٢٣\u{200f}٤５６");
    }
}
