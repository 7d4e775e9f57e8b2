//! The server's answers: a code of RFC 5321 §4.2 with a status of RFC 3463.

use std::borrow::Cow;

/// One answer of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Response {
    code: u16,
    /// Empty where RFC 2034 §3 has none: greetings and intermediate answers.
    status: &'static str,
    text: Cow<'static, str>,
}

impl Response {
    /// An answer with a fixed sentence.
    pub(super) const fn fixed(code: u16, status: &'static str, text: &'static str) -> Self {
        Self { code, status, text: Cow::Borrowed(text) }
    }

    /// An answer that names what it is about. `text` is free of control characters.
    pub(super) fn about(code: u16, status: &'static str, text: String) -> Self {
        Self { code, status, text: Cow::Owned(text) }
    }

    /// Whether this refuses, now or for ever.
    pub(super) fn is_error(&self) -> bool {
        self.code >= 400
    }

    /// Appends the line with its CRLF.
    pub(super) fn write(&self, output: &mut Vec<u8>) {
        output.extend_from_slice(self.code.to_string().as_bytes());
        for word in [self.status, &self.text].into_iter().filter(|word| !word.is_empty()) {
            output.push(b' ');
            output.extend_from_slice(word.as_bytes());
        }
        if self.status.is_empty() && self.text.is_empty() {
            // An empty challenge is still `334` and a space (RFC 4954 §4).
            output.push(b' ');
        }
        output.extend_from_slice(b"\r\n");
    }
}
