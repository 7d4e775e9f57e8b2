//! Journals that somebody has kept: read, joined, and judged again.

use super::{Exit, Stopped};
use crate::conformance::Profile;
use crate::journal::{self, Saved};
use crate::runner::Run;
use std::fs::File;
use std::io::{BufReader, stdin};
use std::path::PathBuf;

/// The run that `journals` tell of, several being its shards, judged by today's rules: those of
/// `profiles`, or of the profiles that it was judged by.
pub(super) fn run(journals: &[PathBuf], profiles: &[String]) -> Result<Run, Stopped> {
    let profiles = match profiles {
        [] => None,
        names => Some(super::run::profiles(names)?),
    };
    judged(joined(journals)?, profiles.as_deref())
}

/// `saved`, judged by today's rules.
pub(super) fn judged(saved: Saved, profiles: Option<&[&'static Profile]>) -> Result<Run, Stopped> {
    Run::revived(saved, profiles)
        .map_err(|why| Stopped::new(Exit::DoesNotLoad, format!("error: {why}")))
}

/// The journal of a whole run. A single one is taken as it is, even if it is a shard.
pub(super) fn joined(journals: &[PathBuf]) -> Result<Saved, Stopped> {
    let [first, others @ ..] = journals else {
        return Err(Stopped::new(Exit::Usage, "error: name a journal"));
    };
    if others.is_empty() {
        return read(first);
    }
    join(journals)
}

/// The journals as one.
pub(super) fn join(journals: &[PathBuf]) -> Result<Saved, Stopped> {
    let part = |path: &PathBuf| Ok((path.display().to_string(), read(path)?));
    let parts = journals.iter().map(part).collect::<Result<Vec<_>, Stopped>>()?;
    journal::join(parts).map_err(|why| Stopped::new(Exit::DoesNotLoad, format!("error: {why}")))
}

/// The journal in the file `path`; `-` is standard input.
pub(super) fn read(path: &PathBuf) -> Result<Saved, Stopped> {
    let read = if path.as_os_str() == "-" {
        journal::read(stdin().lock())
    } else {
        let file = File::open(path).map_err(|error| {
            let message = format!("error: cannot read {}: {error}", path.display());
            Stopped::new(Exit::Usage, message)
        })?;
        journal::read(BufReader::new(file))
    };
    read.map_err(|why| {
        let message = format!("error: {} is no journal: {why}", path.display());
        Stopped::new(Exit::DoesNotLoad, message)
    })
}
