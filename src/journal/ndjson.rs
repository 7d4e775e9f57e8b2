//! The file form: one JSON object a line, header first, footer last. A missing footer means that
//! the run did not come to its end.

use super::Entry;
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Write};

/// One line of a journal file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Line {
    /// The first line.
    Header {
        /// The version of the harness that wrote it.
        fobwatch: String,
        /// The run's seed.
        seed: u64,
        /// The subject as `--against` names it.
        against: String,
    },
    /// An entry of a scenario.
    Entry {
        /// The scenario's id.
        scenario: String,
        /// The entry.
        #[serde(flatten)]
        entry: Box<Entry>,
    },
    /// The last line.
    Footer {
        /// How many scenarios there are in the file.
        scenarios: u64,
    },
}

/// Why a file is no journal.
#[derive(Debug, thiserror::Error)]
pub enum NotJournal {
    /// It cannot be read.
    #[error("cannot read the journal")]
    Io(#[from] io::Error),
    /// A line is no line of a journal.
    #[error("line {line} is no line of a journal: {why}")]
    BadLine {
        /// Which line, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
}

/// The longest line that is read, in bytes: a shown page has at most 64 KiB.
const LONGEST_LINE: usize = 1 << 20;

/// Writes `lines`, each as one line of JSON.
///
/// # Errors
/// Whatever `output` says.
pub fn write<'a>(
    output: &mut dyn Write,
    lines: impl IntoIterator<Item = &'a Line>,
) -> io::Result<()> {
    for line in lines {
        serde_json::to_writer(&mut *output, line)?;
        output.write_all(b"\n")?;
    }
    output.flush()
}

/// Reads a journal file.
///
/// # Errors
/// [`NotJournal`] with the line and what is wrong there.
pub fn read(input: impl BufRead) -> Result<Vec<Line>, NotJournal> {
    let mut lines = Vec::new();
    for (index, text) in input.lines().enumerate() {
        let text = text?;
        let bad = |why: String| NotJournal::BadLine { line: index + 1, why };
        if text.len() > LONGEST_LINE {
            return Err(bad(format!("it is longer than {LONGEST_LINE} bytes")));
        }
        lines.push(serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?);
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::{Line, read, write};
    use crate::domain::Moment;
    use crate::domain::operation::OperationKind;
    use crate::domain::reply::ReplyKind;
    use crate::journal::{Entry, EntryId, Event, Observed, Request};

    #[test]
    fn what_was_written_is_read_back() {
        let entry = |index, event| Line::Entry {
            scenario: "sms/first".into(),
            entry: Box::new(Entry {
                id: EntryId::nth(index),
                at: Moment::EPOCH,
                step: Some(0),
                event,
            }),
        };
        let lines = vec![
            Line::Header { fobwatch: "0.1.0".into(), seed: 1, against: "builtin:reference".into() },
            entry(
                0,
                Event::Asked {
                    session: "main".into(),
                    person: Some("ada".into()),
                    request: Request::bare(OperationKind::Probe),
                },
            ),
            entry(
                1,
                Event::Answered {
                    asked: EntryId::nth(0),
                    session: "main".into(),
                    observed: Box::new(Observed::bare(ReplyKind::SignedOut)),
                    form: None,
                    shown: "{}".into(),
                },
            ),
            Line::Footer { scenarios: 1 },
        ];
        let mut bytes = Vec::new();
        write(&mut bytes, &lines).expect("memory takes it");
        assert_eq!(read(bytes.as_slice()).expect("it is a journal"), lines);
    }

    #[test]
    fn a_broken_line_is_named() {
        let error = read("{\"scenarios\":1}\nnonsense\n".as_bytes()).expect_err("line 2 is broken");
        assert!(error.to_string().starts_with("line 2 is no line of a journal"), "{error}");
    }
}
