//! Cuts the client's bytes into command lines of bounded length; only CRLF ends one.

/// The longest line that is kept: RFC 4954 §4 lets an AUTH exchange have lines of 12288 octets. What
/// a command may have is less and known to `command`.
const LONGEST: usize = 12_288;

/// Why a line cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Longer than any line may be.
    TooLong,
    /// An LF without CR: told at once, so that nobody who types LF waits for an answer for ever.
    BareLf,
}

/// The line that is being received.
#[derive(Debug, Default)]
pub(super) struct Lines {
    buffer: Vec<u8>,
    after_cr: bool,
    too_long: bool,
    /// The line had a bare LF and was refused; the rest, up to CRLF, is not a command of its own.
    refused: bool,
}

impl Lines {
    /// Takes one byte and returns the line that it completes, without its CRLF.
    pub(super) fn push(&mut self, byte: u8) -> Option<Result<Vec<u8>, Unreadable>> {
        let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
        if byte != b'\n' {
            self.keep(byte);
            return None;
        }
        if !after_cr {
            self.buffer.clear();
            self.refused = true;
            return Some(Err(Unreadable::BareLf));
        }
        let line = std::mem::take(self);
        if line.refused {
            return None;
        }
        let mut text = line.buffer;
        text.pop();
        Some(if line.too_long { Err(Unreadable::TooLong) } else { Ok(text) })
    }

    fn keep(&mut self, byte: u8) {
        if self.buffer.len() + 1 < LONGEST {
            self.buffer.push(byte);
        } else {
            self.too_long = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Lines, Unreadable};

    fn lines(input: &[u8]) -> Vec<Result<Vec<u8>, Unreadable>> {
        let mut lines = Lines::default();
        input.iter().filter_map(|byte| lines.push(*byte)).collect()
    }

    #[test]
    fn only_crlf_ends_a_line() {
        assert_eq!(lines(b"NOOP\r\nA\rB\r\n"), [Ok(b"NOOP".to_vec()), Ok(b"A\rB".to_vec())]);
    }

    #[test]
    fn what_follows_a_bare_lf_is_no_command() {
        let seen = lines(b"NOOP\nQUIT\r\nRSET\r\n");
        assert_eq!(seen, [Err(Unreadable::BareLf), Ok(b"RSET".to_vec())]);
    }

    #[test]
    fn a_line_without_end_is_not_kept() {
        let mut lines = Lines::default();
        for _ in 0..3 * LONGEST {
            assert_eq!(lines.push(b'x'), None);
        }
        assert!(lines.buffer.len() < LONGEST);
        assert_eq!(lines.push(b'\r'), None);
        assert_eq!(lines.push(b'\n'), Some(Err(Unreadable::TooLong)));
    }
}
