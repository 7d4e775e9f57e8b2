//! The file form of a record: one JSON object with a summary for people and scripts, and the record
//! from which the summary follows. Reading is strict: what does not add up is refused.

use super::{FORM, Finish, MOST_PHASES, MOST_SLICES, Record};
use crate::journal::Shard;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{self, Read, Write};

/// The longest file that is read, in bytes. An hour of one-second slices has two megabytes.
const MOST_BYTES: u64 = 256 << 20;

/// The most parts of one record: more machines than anybody will join.
pub const MOST_PARTS: usize = 4096;

/// The most samples of a part, and rungs of a search.
const MOST_SAMPLES: usize = 10_000;

/// The longest text in a record, in bytes: of a name or of a reason.
pub const LONGEST_TEXT: usize = 4096;

/// How a file begins, white space aside: nothing else that we write does.
const BEGINNING: &[u8] = b"{\"summary\":";

/// Why a file is no record of a load.
#[derive(Debug, thiserror::Error)]
pub enum NotRecord {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is larger than any load.
    #[error("it has more than {MOST_BYTES} bytes; no load is that long")]
    TooLong,
    /// It is something else.
    #[error("{0}; a record is written by `fobwatch bench --report json=FILE`")]
    Foreign(String),
    /// Another version of the file form.
    #[error(
        "it has form {found} and this fobwatch reads form {FORM}; measure again, or use the \
         fobwatch that wrote it ({by})"
    )]
    OtherForm {
        /// Its form.
        found: u64,
        /// The version that wrote it.
        by: String,
    },
    /// Its parts contradict each other or are out of bounds.
    #[error("it does not add up: {0}")]
    Odd(String),
}

/// What the histograms of a record are, for whoever reads it with another program.
const HISTOGRAMS: &str = "HdrHistogram V2 in base64: nanoseconds, 128 to an hour, three significant \
                          digits, two in slices";

/// What is written.
#[derive(Serialize)]
struct Written<'a, S> {
    summary: &'a S,
    histograms: &'static str,
    record: &'a Record,
}

/// What is read; the summary follows from the record.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "summary")]
    _summary: IgnoredAny,
    #[serde(rename = "histograms")]
    _histograms: IgnoredAny,
    record: Record,
}

/// Only what tells forms apart.
#[derive(Deserialize)]
struct Glimpse {
    record: Version,
}

#[derive(Deserialize)]
struct Version {
    fobwatch: String,
    load: u64,
}

/// Whether a file that begins so is meant to be a record.
#[must_use]
pub fn is_meant_by(beginning: &[u8]) -> bool {
    let dense = beginning.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
    dense.take(BEGINNING.len()).eq(BEGINNING.iter().copied())
}

/// Writes `record` with a `summary` before it.
///
/// # Errors
/// Whatever `output` says.
pub fn write(record: &Record, summary: &impl Serialize, output: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(
        &mut *output,
        &Written { summary, histograms: HISTOGRAMS, record },
    )?;
    writeln!(output)
}

/// Reads a record.
///
/// # Errors
/// [`NotRecord`].
pub fn read(input: impl Read) -> Result<Record, NotRecord> {
    let mut text = Vec::new();
    input.take(MOST_BYTES + 1).read_to_end(&mut text)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(NotRecord::TooLong);
    }
    let foreign = |why: serde_json::Error| NotRecord::Foreign(why.to_string());
    let Version { fobwatch, load } =
        serde_json::from_slice::<Glimpse>(&text).map_err(foreign)?.record;
    if load != u64::from(FORM) {
        return Err(NotRecord::OtherForm { found: load, by: fobwatch });
    }
    let Document { record, .. } = serde_json::from_slice(&text).map_err(foreign)?;
    match oddity(&record) {
        None => Ok(record),
        Some(why) => Err(NotRecord::Odd(why)),
    }
}

/// What contradicts itself or is out of bounds.
fn oddity(record: &Record) -> Option<String> {
    let Record { subject, counts, ladder, parts, asked, .. } = record;
    let good = record.good();
    let samples = parts.iter().map(|part| part.samples.len()).max().unwrap_or(0);
    let width = counts.slices.width().as_secs();
    let bounded = [
        ("parts", parts.len(), MOST_PARTS),
        ("samples", samples, MOST_SAMPLES),
        ("rungs", ladder.len(), MOST_SAMPLES),
        ("slices", counts.slices.each().len(), MOST_SLICES),
        ("stages", counts.phases.len(), MOST_PHASES),
        ("kinds of work", asked.work.len(), MOST_PHASES),
    ];
    let mut texts = vec![&subject.name, &subject.against, &subject.driven_by, &record.fobwatch];
    texts.extend(ladder.iter().map(|rung| &rung.why));
    texts.extend(parts.iter().filter_map(|part| match &part.finish {
        Finish::SubjectGone { why, .. } => Some(why),
        Finish::Whole | Finish::Interrupted | Finish::OutOfCodes => None,
    }));
    let sliced: u64 = counts.slices.each().iter().map(|slice| slice.succeeded).sum();
    let equal = [
        ("verifications that ended as they should", good, counts.latency.count()),
        ("verifications", record.ended(), counts.lateness.count()),
        ("answers that took their time", counts.latency.count(), counts.service.count()),
        ("verifications that ended as they should over time", good, sliced),
    ];
    if parts.is_empty() {
        return Some("it has no part".to_owned());
    }
    if width == 0 {
        return Some("its slices have no width".to_owned());
    }
    if let Some((what, found, most)) = bounded.iter().find(|(_, found, most)| found > most) {
        return Some(format!("{found} {what}, more than {most}"));
    }
    if texts.iter().any(|text| text.len() > LONGEST_TEXT) {
        return Some(format!("a text of more than {LONGEST_TEXT} bytes"));
    }
    if let Some((what, one, other)) = equal.iter().find(|(_, one, other)| one != other) {
        return Some(format!("{one} {what} are counted, and {other} are timed"));
    }
    twice(parts.iter().filter_map(|part| part.shard))
}

fn twice(shards: impl Iterator<Item = Shard>) -> Option<String> {
    let mut seen = BTreeSet::new();
    let mut again = shards.filter(|shard| !seen.insert(*shard));
    again.next().map(|shard| format!("shard {shard} is in it twice"))
}
