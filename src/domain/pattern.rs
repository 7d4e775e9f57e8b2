//! Patterns for ids: `*` stands for any characters, everything else for itself.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A pattern such as `sms/*` or `*[platform=ios]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern written as `text`.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// How it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the whole of `text` is of this pattern.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let Some((head, rest)) = self.0.split_once('*') else { return self.0 == text };
        let Some(text) = text.strip_prefix(head) else { return false };
        let (inner, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
        let Some(mut text) = text.strip_suffix(tail) else { return false };
        // The leftmost place for each piece leaves the most room for the next.
        for piece in inner.split('*').filter(|piece| !piece.is_empty()) {
            match text.find(piece) {
                Some(at) => text = &text[at + piece.len()..],
                None => return false,
            }
        }
        true
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_star_stands_for_any_characters_and_brackets_for_themselves() {
        let matches = |pattern: &str, text: &str| Pattern::new(pattern).matches(text);
        assert!(matches("sms/*", "sms/first") && matches("*", "") && matches("a", "a"));
        assert!(matches("*[platform=ios]", "mobile/enrol[platform=ios]"));
        assert!(matches("a*b*c", "abbc") && matches("a**c", "ac"));
        for (pattern, text) in [("sms", "sms/x"), ("ab*bc", "abc"), ("*x*x*", "x"), ("a*", "ba")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
