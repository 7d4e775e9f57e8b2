//! Lines from a stream, each at most as long as the protocol allows.

use crate::adapters::protocol::MAX_LINE_BYTES;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// What came up to the end of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// Text, without its end.
    Text(String),
    /// Bytes that are no UTF-8, as far as they can be shown.
    NoText(String),
    /// More than a line may have; it was skipped to its end. How it began.
    TooLong(String),
}

/// Enough of a line to recognise it by.
const QUOTED_CHARACTERS: usize = 160;

/// Reads lines. Dropping a wait for the next one loses nothing.
pub(crate) struct Lines<R> {
    reader: BufReader<R>,
    begun: Vec<u8>,
    /// Whether the line at hand is too long already.
    skipping: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(crate) fn of(reader: R) -> Self {
        Self {
            reader: BufReader::with_capacity(64 * 1024, reader),
            begun: Vec::new(),
            skipping: false,
        }
    }

    /// The next line that is not empty; nothing when the stream is over or broken. What stands
    /// after the last line end is no line.
    pub(crate) async fn next(&mut self) -> Option<Line> {
        loop {
            let available = self.reader.fill_buf().await.ok()?;
            if available.is_empty() {
                return None;
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let taken = end.unwrap_or(available.len());
            if self.begun.len() + taken >= MAX_LINE_BYTES {
                self.skipping = true;
            }
            if !self.skipping || self.begun.is_empty() {
                let room = taken.min(MAX_LINE_BYTES);
                self.begun.extend_from_slice(&available[..room]);
            }
            self.reader.consume(taken + usize::from(end.is_some()));
            if end.is_some()
                && let Some(line) = self.finished()
            {
                return Some(line);
            }
        }
    }

    fn finished(&mut self) -> Option<Line> {
        let bytes = std::mem::take(&mut self.begun);
        let too_long = std::mem::take(&mut self.skipping);
        if too_long {
            return Some(Line::TooLong(quote(&String::from_utf8_lossy(
                &bytes[..bytes.len().min(1024)],
            ))));
        }
        match String::from_utf8(bytes) {
            Ok(text) => {
                let text = text.trim_end_matches('\r');
                (!text.trim().is_empty()).then(|| Line::Text(text.to_owned()))
            }
            Err(error) => Some(Line::NoText(quote(&String::from_utf8_lossy(error.as_bytes())))),
        }
    }
}

/// The beginning of `text`, fit for a message: no sign of it can move a terminal's cursor.
pub(crate) fn quote(text: &str) -> String {
    let printable = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut shown: String = text.chars().take(QUOTED_CHARACTERS).map(printable).collect();
    if text.chars().nth(QUOTED_CHARACTERS).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{Line, Lines, MAX_LINE_BYTES};

    async fn read(bytes: &[u8]) -> Vec<Line> {
        let mut lines = Lines::of(bytes);
        let mut read = Vec::new();
        while let Some(line) = lines.next().await {
            read.push(line);
        }
        read
    }

    #[tokio::test]
    async fn empty_lines_carriage_returns_and_the_unfinished_end_are_left_out() {
        let lines = read(b"\n{}\r\n   \n[]\nunfinished").await;
        assert_eq!(lines, [Line::Text("{}".to_owned()), Line::Text("[]".to_owned())]);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_skipped_and_the_next_one_read() {
        let mut bytes = vec![b'x'; 3 * MAX_LINE_BYTES];
        bytes.extend_from_slice(b"\n{}\n");
        let lines = read(&bytes).await;
        assert!(matches!(&lines[0], Line::TooLong(begin) if begin.starts_with("xxx")), "{lines:?}");
        assert_eq!(lines[1..], [Line::Text("{}".to_owned())]);
        let mut longest = vec![b'x'; MAX_LINE_BYTES - 1];
        longest.push(b'\n');
        assert!(
            matches!(&read(&longest).await[0], Line::Text(text) if text.len() == MAX_LINE_BYTES - 1)
        );
    }

    #[tokio::test]
    async fn what_is_no_text_is_told() {
        assert!(matches!(&read(b"\xff\xfe\n").await[0], Line::NoText(_)));
    }
}
