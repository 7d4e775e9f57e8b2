//! Receives the text of a mail: undoes dot-stuffing (RFC 5321 §4.5.2) and keeps within bounds.
//!
//! The codec's own receiver is not used: it misses an end that directly follows DATA, and it keeps
//! whatever it is given.

use super::response::Response;

/// The longest text line with its CRLF, not counting a stuffed dot (RFC 5321 §4.5.3.1.6).
const LINE: usize = 1000;

/// Why a mail is refused at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    TooBig,
    LongLine,
    BareLineEnd,
    Nul,
}

/// Where in a line the receiver stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// After CRLF; at first after that of the DATA line, which counts (RFC 5321 §4.1.1.4).
    Start,
    /// After a dot that begins the line.
    Dot,
    /// After such a dot and CR.
    DotCr,
    Text,
    /// After CR in the text.
    Cr,
}

/// A mail that is being received.
#[derive(Debug)]
pub(super) struct Text {
    raw: Vec<u8>,
    limit: usize,
    line: usize,
    place: Place,
    fault: Option<Fault>,
}

impl Text {
    /// A mail of at most `limit` octets.
    pub(super) fn new(limit: usize) -> Self {
        Self { raw: Vec::new(), limit, line: 0, place: Place::Start, fault: None }
    }

    /// Takes one byte and says whether it was the last.
    pub(super) fn push(&mut self, byte: u8) -> bool {
        match (self.place, byte) {
            (Place::DotCr, b'\n') => return true,
            (Place::Start, b'.') => self.place = Place::Dot,
            (Place::Dot, b'\r') => self.place = Place::DotCr,
            (Place::Cr, b'\n') => self.end_line(),
            (Place::DotCr | Place::Cr, _) => {
                self.blame(Fault::BareLineEnd);
                self.keep(byte);
            }
            (Place::Start | Place::Dot | Place::Text, _) => self.keep(byte),
        }
        false
    }

    /// The text as it was before stuffing.
    ///
    /// # Errors
    /// Why it is refused.
    pub(super) fn finish(self) -> Result<Vec<u8>, Fault> {
        self.fault.map_or(Ok(self.raw), Err)
    }

    fn keep(&mut self, byte: u8) {
        self.place = match byte {
            b'\r' => Place::Cr,
            _ => Place::Text,
        };
        match byte {
            b'\r' => return,
            b'\n' => self.blame(Fault::BareLineEnd),
            0 => self.blame(Fault::Nul),
            _ => {}
        }
        self.store(byte);
    }

    fn end_line(&mut self) {
        self.store(b'\r');
        self.store(b'\n');
        self.line = 0;
        self.place = Place::Start;
    }

    fn store(&mut self, byte: u8) {
        self.line += 1;
        if self.line > LINE {
            self.blame(Fault::LongLine);
        } else if self.raw.len() >= self.limit {
            self.blame(Fault::TooBig);
        } else if self.fault.is_none() {
            self.raw.push(byte);
        }
    }

    /// The first fault is the one that is told; from then on nothing is kept.
    fn blame(&mut self, fault: Fault) {
        if self.fault.is_none() {
            self.fault = Some(fault);
            self.raw = Vec::new();
        }
    }
}

/// What is answered instead of the acceptance.
pub(super) fn refusal(fault: Fault) -> Response {
    match fault {
        Fault::TooBig => Response::fixed(552, "5.3.4", "the mail is larger than SIZE announces"),
        Fault::LongLine => Response::fixed(500, "5.6.0", "a text line is longer than 1000 octets"),
        Fault::BareLineEnd => Response::fixed(
            554,
            "5.6.0",
            "the mail has a bare CR or LF; only CRLF ends a line (RFC 5321 2.3.8; curl has --crlf)",
        ),
        Fault::Nul => Response::fixed(554, "5.6.0", "the mail has a NUL octet"),
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    fn receive(limit: usize, input: &[u8]) -> (usize, Option<Vec<u8>>) {
        let mut text = Text::new(limit);
        let last = input.iter().position(|byte| text.push(*byte)).expect("an end");
        (last + 1, text.finish().ok())
    }

    #[test]
    fn stuffed_dots_are_undone_and_only_the_lone_dot_ends() {
        let input = b"..a\r\n.b.\r\n...\r\n.\r\n";
        assert_eq!(receive(99, input), (input.len(), Some(b".a\r\nb.\r\n..\r\n".to_vec())));
    }

    #[test]
    fn a_mail_may_be_empty() {
        assert_eq!(receive(9, b".\r\n"), (3, Some(Vec::new())));
    }

    #[test]
    fn no_other_sequence_of_dots_and_line_ends_is_an_end() {
        for tricky in [&b"\n.\n"[..], b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r\r\n", b"\r.\r\n"]
        {
            let input = [b"x", tricky, b"y\r\n.\r\n"].concat();
            assert_eq!(receive(99, &input), (input.len(), None), "{tricky:?}");
        }
    }

    #[test]
    fn a_line_of_1000_octets_is_taken_and_one_more_is_not() {
        let line = |length: usize| [b".".repeat(2), b"x".repeat(length - 1)].concat();
        let mail = |length| [line(length), b"\r\n.\r\n".to_vec()].concat();
        assert!(receive(2000, &mail(998)).1.is_some());
        assert!(receive(2000, &mail(999)).1.is_none());
    }

    #[test]
    fn the_limit_counts_the_octets_that_are_kept() {
        assert!(receive(5, b"..ab\r\n.\r\n").1.is_some());
        assert!(receive(4, b"..ab\r\n.\r\n").1.is_none());
    }
}
