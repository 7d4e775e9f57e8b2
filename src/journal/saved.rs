//! A whole run as a journal file holds it, and how the parts of one run become one again.

use super::outline::{Ending, Outline, Shard};
use super::{Entry, Masking};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The version of the file form. Files of another one are refused: they lack what reports need.
pub const FORM: u32 = 2;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The version of the harness that wrote it.
    pub fobwatch: String,
    /// The version of the file form: [`FORM`].
    pub journal: u32,
    /// The run's seed.
    pub seed: u64,
    /// The subject as `--against` names it.
    pub against: String,
    /// The paths as the command line named them; none for the shipped scenarios.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// Further options that a repetition needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// The names of the profiles that were judged.
    pub profiles: Vec<String>,
    /// Whether secrets are shown.
    pub masking: Masking,
    /// Which part of the run this is, if it is not the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
}

/// How a scenario came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// How it came to its end.
    pub ending: Ending,
    /// Why it was skipped, or why nothing can be said, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// One scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// What it is.
    pub outline: Outline,
    /// How it ended.
    pub ended: Ended,
    /// What happened; none if it was not played.
    pub entries: Vec<Entry>,
}

/// How the run ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Footer {
    /// How many scenarios there are in the file.
    pub scenarios: u64,
    /// Messages that were for nobody, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strays: Vec<String>,
    /// Hosts that the subject tried to reach and that no gateway stands for, with how often.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub elsewhere: BTreeMap<String, u64>,
    /// What is missing, if the file was made of parts that are not the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<String>,
}

/// A whole run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// What was asked for.
    pub header: Header,
    /// The scenarios, in the order of the catalogue.
    pub chapters: Vec<Chapter>,
    /// How it ended; says itself what is missing if it did not come to its end.
    pub footer: Footer,
}

/// Why parts are not parts of one run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOneRun {
    /// There is nothing to join.
    #[error("there is no journal to join")]
    Nothing,
    /// They differ in something that a run has only one of.
    #[error("{what} differs: {first} in {one}, {second} in {other}; join only parts of one run")]
    Differs {
        /// In what.
        what: &'static str,
        /// The first file.
        one: String,
        /// What it has.
        first: String,
        /// The other file.
        other: String,
        /// What that has.
        second: String,
    },
    /// A scenario is in two of them.
    #[error("{scenario} is in {one} and in {other}; a scenario belongs to one part only")]
    Overlap {
        /// Which scenario.
        scenario: String,
        /// The first file.
        one: String,
        /// The other file.
        other: String,
    },
}

/// Joins parts of one run, each with the name of its file, into the run as it would have been
/// written in one piece. What is missing is said in the footer.
///
/// # Errors
/// [`NotOneRun`] with what differs or overlaps, and in which files.
pub fn join(parts: Vec<(String, Saved)>) -> Result<Saved, NotOneRun> {
    let (name, first) = parts.first().ok_or(NotOneRun::Nothing)?;
    for (other, part) in &parts[1..] {
        refuse_difference((name, &first.header), (other, &part.header))?;
    }
    refuse_overlap(&parts)?;
    let header = Header { shard: None, ..first.header.clone() };
    let incomplete = missing(&parts);
    let (mut chapters, mut strays) = (Vec::new(), Vec::new());
    let mut elsewhere = BTreeMap::new();
    for (_, part) in parts {
        chapters.extend(part.chapters);
        strays.extend(part.footer.strays);
        for (host, times) in part.footer.elsewhere {
            *elsewhere.entry(host).or_default() += times;
        }
    }
    chapters.sort_by_key(|chapter| chapter.outline.number);
    strays.sort();
    let footer = Footer { scenarios: chapters.len() as u64, strays, elsewhere, incomplete };
    Ok(Saved { header, chapters, footer })
}

fn refuse_difference(
    (one, first): (&str, &Header),
    (other, second): (&str, &Header),
) -> Result<(), NotOneRun> {
    let list = |texts: &[String]| format!("[{}]", texts.join(", "));
    let count = |header: &Header| header.shard.map_or(1, Shard::of).to_string();
    let told = |header: &Header| {
        [
            ("the version of fobwatch", header.fobwatch.clone()),
            ("the seed", header.seed.to_string()),
            ("the subject", header.against.clone()),
            ("the choice of scenario files", list(&header.paths)),
            ("the list of options", list(&header.options)),
            ("the list of profiles", list(&header.profiles)),
            ("the masking of secrets", format!("{:?}", header.masking).to_lowercase()),
            ("the number of shards", count(header)),
        ]
    };
    let mut pairs = told(first).into_iter().zip(told(second));
    match pairs.find(|((_, mine), (_, theirs))| mine != theirs) {
        None => Ok(()),
        Some(((what, first), (_, second))) => Err(NotOneRun::Differs {
            what,
            one: one.to_owned(),
            first,
            other: other.to_owned(),
            second,
        }),
    }
}

fn refuse_overlap(parts: &[(String, Saved)]) -> Result<(), NotOneRun> {
    let mut seen: Vec<(&Outline, &String)> = Vec::new();
    for (name, part) in parts {
        seen.extend(part.chapters.iter().map(|chapter| (&chapter.outline, name)));
    }
    seen.sort_by_key(|(outline, _)| (&outline.id, outline.number));
    for pair in seen.windows(2) {
        if let [(first, one), (second, other)] = pair
            && first.id == second.id
        {
            let (one, other) = ((*one).clone(), (*other).clone());
            return Err(NotOneRun::Overlap { scenario: first.id.clone(), one, other });
        }
    }
    Ok(())
}

/// What the parts say of themselves, and the shards that nobody brought.
fn missing(parts: &[(String, Saved)]) -> Option<String> {
    let mut said: Vec<String> = parts
        .iter()
        .filter_map(|(name, part)| Some(format!("{name}: {}", part.footer.incomplete.as_ref()?)))
        .collect();
    let present: BTreeSet<u32> =
        parts.iter().filter_map(|(_, part)| part.header.shard.map(Shard::index)).collect();
    if let Some(of) = parts.first().and_then(|(_, part)| part.header.shard).map(Shard::of) {
        // Thousands of shards may be asked for; naming a few says enough.
        let absent = (1..=of).filter(|index| !present.contains(index)).take(8);
        said.extend(absent.map(|index| format!("shard {index}/{of} is missing")));
    }
    (!said.is_empty()).then(|| said.join("; "))
}
