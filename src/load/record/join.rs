//! Joins the records of shards into that of the whole load.

use super::{Asked, Part, Record};
use crate::domain::Moment;
use crate::journal::Shard;
use std::collections::BTreeMap;
use std::time::Duration;

/// Why records are not parts of one load.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOneLoad {
    /// There is nothing to join.
    #[error("there is no record to join")]
    Nothing,
    /// They differ in something that a load has only one of.
    #[error("{what} differs: {first} in {one}, {second} in {other}; join only parts of one load")]
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
    /// One of them is no shard.
    #[error("{name} holds a whole load and no shard of one; there is nothing to join it with")]
    Whole {
        /// The file.
        name: String,
    },
    /// A shard is in two of them.
    #[error("shard {shard} is in {one} and in {other}; it would count twice")]
    Twice {
        /// Which shard.
        shard: String,
        /// The first file.
        one: String,
        /// The other file.
        other: String,
    },
    /// A shard is in none of them.
    #[error("shard {} of {of} {} missing; a part of the arrivals is no load that anybody asked for",
        .missing.join(", "), if .missing.len() == 1 { "is" } else { "are" })]
    Missing {
        /// Which shards, a few of them.
        missing: Vec<String>,
        /// How many there are.
        of: u32,
    },
    /// They did not run at the same time.
    #[error(
        "{other} began {} s after {one}, when that had ended: they were not one load; let shards \
         begin together by --start-at", late.as_secs()
    )]
    Apart {
        /// The file that began first.
        one: String,
        /// The file that began too late.
        other: String,
        /// How much later.
        late: Duration,
    },
}

/// Joins shards of one load, each with the name of its file. Counts add up without loss; slices are
/// laid over each other by when each shard began.
///
/// # Errors
/// [`NotOneLoad`] with what does not belong together, and in which files.
pub fn join(parts: Vec<(String, Record)>) -> Result<Record, NotOneLoad> {
    let (name, first) = parts.first().ok_or(NotOneLoad::Nothing)?;
    for (other, record) in &parts[1..] {
        refuse_difference((name, first), (other, record))?;
    }
    refuse_gaps(&parts)?;
    let earliest = refuse_apart(&parts)?;
    let mut records = parts.into_iter().map(|(_, record)| record);
    let mut whole = records.next().ok_or(NotOneLoad::Nothing)?;
    whole.counts.slices.shift(began(&whole.parts) - earliest);
    for mut record in records {
        record.counts.slices.shift(began(&record.parts) - earliest);
        whole.counts.add(&record.counts);
        whole.asked.people = whole.asked.people.saturating_add(record.asked.people);
        whole.parts.append(&mut record.parts);
    }
    whole.parts.sort_by_key(|part| part.shard);
    Ok(whole)
}

fn refuse_difference(
    (one, first): (&str, &Record),
    (other, second): (&str, &Record),
) -> Result<(), NotOneLoad> {
    let told = |record: &Record| {
        let asked = &record.asked;
        let work: Vec<String> =
            asked.work.iter().map(|share| format!("{} {}", share.weight, share.kind)).collect();
        [
            ("the version of fobwatch", record.fobwatch.clone()),
            ("the seed", record.seed.to_string()),
            ("the subject", record.subject.against.clone()),
            ("the way to ask", record.subject.driven_by.clone()),
            ("the arrival", asked.arrival.to_string()),
            ("the end", asked.stop.to_string()),
            ("the mix of work", work.join(", ")),
            ("the time step", format!("{} s", asked.period_seconds)),
            // Each shard has as many people as its own arrivals take.
            ("another option", format!("{:?}", Asked { people: 0, ..asked.clone() })),
            ("the width of slices", format!("{:?}", record.counts.slices.width())),
            ("the number of shards", of(record).to_string()),
        ]
    };
    let mut pairs = told(first).into_iter().zip(told(second));
    match pairs.find(|((_, mine), (_, theirs))| mine != theirs) {
        None => Ok(()),
        Some(((what, first), (_, second))) => Err(NotOneLoad::Differs {
            what,
            one: one.to_owned(),
            first,
            other: other.to_owned(),
            second,
        }),
    }
}

/// How many shards it belongs to.
fn of(record: &Record) -> u32 {
    record.parts.iter().find_map(|part| part.shard).map_or(1, Shard::of)
}

fn refuse_gaps(parts: &[(String, Record)]) -> Result<(), NotOneLoad> {
    let mut present: BTreeMap<u32, &str> = BTreeMap::new();
    for (name, record) in parts {
        for part in &record.parts {
            let shard = part.shard.ok_or_else(|| NotOneLoad::Whole { name: name.clone() })?;
            if let Some(one) = present.insert(shard.index(), name) {
                let (one, other) = (one.to_owned(), name.clone());
                return Err(NotOneLoad::Twice { shard: shard.to_string(), one, other });
            }
        }
    }
    let of = parts.first().map_or(1, |(_, record)| of(record));
    // Thousands of shards may be asked for; naming a few says enough.
    let absent = (1..=of).filter(|index| !present.contains_key(index)).take(8);
    let missing: Vec<String> = absent.map(|index| index.to_string()).collect();
    if missing.is_empty() { Ok(()) } else { Err(NotOneLoad::Missing { missing, of }) }
}

/// When the first of them began, if all others began before that one had ended.
fn refuse_apart(parts: &[(String, Record)]) -> Result<Moment, NotOneLoad> {
    let first = parts.iter().min_by_key(|(_, record)| began(&record.parts));
    let (one, first) = first.ok_or(NotOneLoad::Nothing)?;
    let (earliest, took) = (began(&first.parts), first.took());
    for (other, record) in parts {
        let late = began(&record.parts) - earliest;
        if late > took {
            let (one, other) = (one.clone(), other.clone());
            return Err(NotOneLoad::Apart { one, other, late });
        }
    }
    Ok(earliest)
}

fn began(parts: &[Part]) -> Moment {
    parts.iter().map(|part| part.began).min().unwrap_or(Moment::EPOCH)
}
