//! The file form: one JSON object a line. First a header; then, for each scenario, a line that says
//! what it is and how it ended, and its entries; last a footer. Without a footer the run did not
//! come to its end.

use super::outline::Outline;
use super::saved::{Chapter, Ended, FORM, Footer, Header, Saved};
use super::{Entry, Event};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{self, BufRead, Read, Write};

/// Why a file is no journal.
#[derive(Debug, thiserror::Error)]
pub enum NotJournal {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// There is nothing in it.
    #[error("it is empty; a journal is written by `fobwatch run --report ndjson=FILE`")]
    Empty,
    /// It begins with something else.
    #[error(
        "line 1 is no header of a journal: {0}; write one by `fobwatch run --report ndjson=FILE`"
    )]
    Foreign(String),
    /// Another version of the file form.
    #[error(
        "line 1: it has form {found} and this fobwatch reads form {FORM}; run the scenarios again, \
         or use the fobwatch that wrote it ({by})"
    )]
    OtherForm {
        /// Its form.
        found: u64,
        /// The version that wrote it.
        by: String,
    },
    /// A line is no line of a journal, or stands where it must not.
    #[error("line {line} is no line of a journal: {why}")]
    BadLine {
        /// Which line, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// It is larger than any run.
    #[error("line {line}: it has more than {MOST_BYTES} bytes; no run is that long")]
    TooLong {
        /// Where reading stopped.
        line: usize,
    },
}

/// The longest line that is read, in bytes: a shown page has at most 64 KiB.
const LONGEST_LINE: usize = 1 << 20;

/// The longest file that is read, in bytes. A run of all shipped scenarios has a few megabytes.
const MOST_BYTES: u64 = 1 << 30;

/// The line that begins a scenario.
#[derive(Serialize, Deserialize)]
struct Heading<O> {
    #[serde(flatten)]
    outline: O,
    #[serde(flatten)]
    ended: Ended,
    /// How many entries follow, so that none can be lost unnoticed.
    entries: usize,
}

/// The line of an entry.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    scenario: Option<&'a str>,
    #[serde(flatten)]
    entry: &'a Entry,
}

/// Writes a whole run, one line of JSON after the other.
///
/// # Errors
/// Whatever `output` says.
pub fn write(output: &mut dyn Write, saved: &Saved) -> io::Result<()> {
    put(output, &saved.header)?;
    for Chapter { outline, ended, entries } in &saved.chapters {
        put(output, &Heading { outline, ended: ended.clone(), entries: entries.len() })?;
        for entry in entries {
            // The first entry names the scenario itself.
            let named = matches!(entry.event, Event::Started { .. });
            let scenario = (!named).then_some(outline.id.as_str());
            put(output, &Told { scenario, entry })?;
        }
    }
    put(output, &saved.footer)?;
    output.flush()
}

fn put(output: &mut dyn Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *output, line)?;
    output.write_all(b"\n")
}

/// Reads a journal file. One that ends too early is read as far as it goes, up to its last whole
/// scenario; its footer then says what is missing.
///
/// # Errors
/// [`NotJournal`] with the line and what is wrong there.
pub fn read(input: impl BufRead) -> Result<Saved, NotJournal> {
    let mut lines = Lines { input: input.take(MOST_BYTES), number: 0, bytes: 0 };
    let header = match lines.next()? {
        Some(Line::Whole(text)) => header(&text)?,
        Some(Line::Cut) => return Err(NotJournal::Foreign("it is cut off".to_owned())),
        None => return Err(NotJournal::Empty),
    };
    let mut reading = Reading { chapters: Vec::new(), open: None, footer: None };
    let cut = loop {
        match lines.next()? {
            Some(Line::Whole(text)) => reading.take(&text).map_err(|why| lines.bad(why))?,
            Some(Line::Cut) => break Some(format!("line {} is cut off", lines.number)),
            None => break None,
        }
    };
    reading.finish(header, cut).map_err(|why| lines.bad(why))
}

/// A line of the file.
enum Line {
    Whole(String),
    /// The last one, without its end.
    Cut,
}

struct Lines<R> {
    input: io::Take<R>,
    number: usize,
    bytes: u64,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<Option<Line>, NotJournal> {
        let mut bytes = Vec::new();
        let limit = LONGEST_LINE as u64 + 1;
        self.input.by_ref().take(limit).read_until(b'\n', &mut bytes)?;
        self.bytes += bytes.len() as u64;
        if self.bytes >= MOST_BYTES {
            return Err(NotJournal::TooLong { line: self.number + 1 });
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        } else {
            if bytes.len() > LONGEST_LINE {
                return Err(self.bad(format!("it is longer than {LONGEST_LINE} bytes")));
            }
            // An editor may have dropped the last end of line; half an object is another matter.
            if serde_json::from_slice::<IgnoredAny>(&bytes).is_err() {
                return Ok(Some(Line::Cut));
            }
        }
        let text = String::from_utf8(bytes).map_err(|_| self.bad("it is not UTF-8".to_owned()))?;
        Ok(Some(Line::Whole(text)))
    }

    fn bad(&self, why: String) -> NotJournal {
        NotJournal::BadLine { line: self.number, why }
    }
}

fn header(text: &str) -> Result<Header, NotJournal> {
    let foreign = |why: &dyn std::fmt::Display| NotJournal::Foreign(why.to_string());
    let value: Value = serde_json::from_str(text).map_err(|error| foreign(&error))?;
    let Some(by) = value.get("fobwatch").and_then(Value::as_str) else {
        return Err(foreign(&"it does not name the fobwatch that wrote it"));
    };
    // Before there were numbers there was one form.
    let found = value.get("journal").map_or(Some(1), Value::as_u64).unwrap_or(0);
    if found != u64::from(FORM) {
        return Err(NotJournal::OtherForm { found, by: by.to_owned() });
    }
    serde_json::from_value(value).map_err(|error| foreign(&error))
}

/// What has been read so far.
struct Reading {
    chapters: Vec<Chapter>,
    /// The scenario at hand, and how many entries it must have.
    open: Option<(Chapter, usize)>,
    footer: Option<Footer>,
}

impl Reading {
    fn take(&mut self, text: &str) -> Result<(), String> {
        if self.footer.is_some() {
            return Err("it stands behind the footer".to_owned());
        }
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let has = |name| value.get(name).is_some();
        if has("event") {
            self.entry(value)
        } else if has("ending") {
            self.heading(parse(value)?)
        } else if has("scenarios") {
            self.footer(parse(value)?)
        } else {
            Err("it is neither an entry nor a scenario nor the footer".to_owned())
        }
    }

    fn entry(&mut self, mut value: Value) -> Result<(), String> {
        let Some((chapter, wanted)) = &mut self.open else {
            return Err("an entry stands before its scenario".to_owned());
        };
        let id = &chapter.outline.id;
        if value.get("scenario").and_then(Value::as_str) != Some(id) {
            return Err(format!("this entry is not of {id}"));
        }
        // The first entry has this field itself, the others only in the file.
        if value.get("event").and_then(Value::as_str) != Some("started")
            && let Some(fields) = value.as_object_mut()
        {
            fields.shift_remove("scenario");
        }
        let entry: Entry = parse(value)?;
        let next = chapter.entries.len();
        if entry.id.index() != next || next >= *wanted {
            return Err(format!("entry {} is not the next one of {wanted}", entry.id));
        }
        chapter.entries.push(entry);
        Ok(())
    }

    fn heading(&mut self, heading: Heading<Outline>) -> Result<(), String> {
        self.close()?;
        let Heading { outline, ended, entries } = heading;
        self.open = Some((Chapter { outline, ended, entries: Vec::new() }, entries));
        Ok(())
    }

    fn footer(&mut self, footer: Footer) -> Result<(), String> {
        self.close()?;
        let (said, read) = (footer.scenarios, self.chapters.len());
        if said != read as u64 {
            return Err(format!("the footer counts {said} scenarios, and there are {read}"));
        }
        self.footer = Some(footer);
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        let Some((chapter, wanted)) = self.open.take() else { return Ok(()) };
        let (id, found) = (&chapter.outline.id, chapter.entries.len());
        if found != wanted {
            return Err(format!("{id} has {found} of its {wanted} entries"));
        }
        self.chapters.push(chapter);
        Ok(())
    }

    fn finish(mut self, header: Header, cut: Option<String>) -> Result<Saved, String> {
        if let Some(footer) = self.footer {
            return match cut {
                None => Ok(Saved { header, chapters: self.chapters, footer }),
                Some(_) => Err("it stands behind the footer".to_owned()),
            };
        }
        let mut why = vec!["it has no footer: the run did not come to its end".to_owned()];
        why.extend(cut);
        let open = self.open.as_ref().map(|(chapter, _)| chapter.outline.id.clone());
        if self.close().is_err() {
            let id = open.unwrap_or_default();
            why.push(format!("{id} is cut off and left out"));
        }
        let scenarios = self.chapters.len() as u64;
        let incomplete = Some(why.join("; "));
        let footer = Footer { scenarios, incomplete, ..Footer::default() };
        Ok(Saved { header, chapters: self.chapters, footer })
    }
}

fn parse<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::{NotJournal, read, write};
    use crate::domain::operation::OperationKind;
    use crate::domain::reply::ReplyKind;
    use crate::domain::{Moment, Place};
    use crate::journal::{
        Chapter, Ended, Ending, Entry, EntryId, Event, FORM, Footer, Header, Masking, Observed,
        Outline, Request, Saved, Step,
    };
    use std::collections::BTreeMap;

    fn entry(index: usize, event: Event) -> Entry {
        Entry { id: EntryId::nth(index), at: Moment::EPOCH, step: Some(0), event }
    }

    fn chapter() -> Chapter {
        let (scenario, title) = ("sms/first".to_owned(), "First".to_owned());
        let asked = Event::Asked {
            session: "main".into(),
            person: Some("ada".into()),
            request: Request::bare(OperationKind::Probe),
        };
        let answered = Event::Answered {
            asked: EntryId::nth(1),
            session: "main".into(),
            observed: Box::new(Observed::bare(ReplyKind::SignedOut)),
            form: None,
            shown: "{}".into(),
        };
        let outline = Outline {
            id: scenario.clone(),
            number: 3,
            variation: String::new(),
            file: "sms/first.yaml".into(),
            title: title.clone(),
            covers: vec!["guide.sms-first".into()],
            needs: Vec::new(),
            settings: crate::domain::Declared::default(),
            steps: vec![Step { place: Place { line: 4, column: 5 }, source: "probe: {}".into() }],
        };
        let started = Event::Started { scenario, title, seed: 1 };
        let entries = vec![entry(0, started), entry(1, asked), entry(2, answered)];
        Chapter { outline, ended: Ended { ending: Ending::Complete, remark: None }, entries }
    }

    fn saved() -> Saved {
        let header = Header {
            fobwatch: "0.1.0".into(),
            journal: FORM,
            seed: 1,
            against: "builtin:reference".into(),
            paths: vec!["mine/".into()],
            options: Vec::new(),
            profiles: vec!["guide".into()],
            masking: Masking::Masked,
            shard: None,
        };
        let strays = vec!["ada@mail.test: hello".into()];
        let elsewhere = BTreeMap::from([("telemetry.test".to_owned(), 2)]);
        let footer = Footer { scenarios: 1, strays, elsewhere, incomplete: None };
        Saved { header, chapters: vec![chapter()], footer }
    }

    fn written() -> String {
        let mut bytes = Vec::new();
        write(&mut bytes, &saved()).expect("memory takes it");
        String::from_utf8(bytes).expect("UTF-8")
    }

    fn why(text: &str) -> String {
        read(text.as_bytes()).expect_err("it is no journal").to_string()
    }

    #[test]
    fn what_was_written_is_read_back() {
        assert_eq!(read(written().as_bytes()).expect("it is a journal"), saved());
        for line in written().lines() {
            assert!(line.matches("\"scenario\":").count() <= 1, "a name twice in {line}");
        }
    }

    #[test]
    fn refused_hosts_of_parts_are_counted_together() {
        let rest = Saved { chapters: Vec::new(), ..saved() };
        let parts = vec![("one".to_owned(), saved()), ("two".to_owned(), rest)];
        let joined = crate::journal::join(parts).expect("parts of one run");
        assert_eq!(joined.footer.elsewhere["telemetry.test"], 4);
    }

    #[test]
    fn a_broken_line_is_named() {
        let broken = written().replacen("\"event\":\"asked\"", "\"event\":\"asekd\"", 1);
        assert!(why(&broken).starts_with("line 4 is no line of a journal: "), "{}", why(&broken));
        let strange = written().replacen("{\"scenario\":\"sms/first\",\"id\":1", "[\"x", 1);
        assert!(why(&strange).starts_with("line 4 is no line of a journal: "));
        let twice = written() + &written();
        assert!(why(&twice).starts_with("line 7 is no line of a journal: "), "{}", why(&twice));
    }

    #[test]
    fn a_lost_or_foreign_entry_is_noticed() {
        let lost: Vec<String> = written().lines().map(str::to_owned).collect();
        let without = |at: usize| {
            let mut lines = lost.clone();
            lines.remove(at);
            lines.join("\n") + "\n"
        };
        assert!(why(&without(3)).starts_with("line 4 "), "{}", why(&without(3)));
        assert!(why(&without(4)).contains("2 of its 3 entries"), "{}", why(&without(4)));
        let foreign = written().replacen(
            "{\"scenario\":\"sms/first\",\"id\":1",
            "{\"scenario\":\"x\",\"id\":1",
            1,
        );
        assert!(why(&foreign).contains("not of sms/first"), "{}", why(&foreign));
    }

    #[test]
    fn a_file_of_another_kind_or_form_is_refused_with_what_to_do() {
        assert!(matches!(read(b"".as_slice()), Err(NotJournal::Empty)));
        for foreign in ["<xml/>\n", "{\"a\":1}\n", "[]\n", "{\"fobwatch\":\"0"] {
            assert!(why(foreign).contains("--report ndjson=FILE"), "{foreign}");
        }
        let old = "{\"fobwatch\":\"0.1.0\",\"seed\":1,\"against\":\"builtin:reference\"}\n";
        assert!(why(old).contains("form 1"), "{}", why(old));
    }

    #[test]
    fn a_file_that_ends_too_early_says_so_and_keeps_whole_scenarios() {
        let lines: Vec<String> = written().lines().map(str::to_owned).collect();
        let first = |count: usize| lines[..count].join("\n") + "\n";
        let whole = read(first(5).as_bytes()).expect("as far as it goes");
        assert_eq!(whole.chapters, saved().chapters);
        assert!(whole.footer.incomplete.expect("said").contains("no footer"));
        let torn = read(&written().as_bytes()[..first(4).len() + 9]).expect("as far as it goes");
        let said = torn.footer.incomplete.expect("said");
        assert!(torn.chapters.is_empty() && said.contains("line 5 is cut off"), "{said}");
        assert!(said.contains("sms/first is cut off"), "{said}");
    }

    #[test]
    fn a_line_without_end_is_not_read_to_its_end() {
        let long = first_line() + &"x".repeat(2 << 20);
        assert!(why(&long).contains("longer than"), "{}", why(&long));
    }

    fn first_line() -> String {
        written().lines().next().expect("a header").to_owned() + "\n"
    }
}
