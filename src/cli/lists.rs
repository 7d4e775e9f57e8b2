//! The expectations file: read, applied, written for the first time, and made shorter.

use super::{Exit, Stopped};
use crate::domain::{Clock, WallClock};
use crate::runner::expectations::{self, Expectations};
use crate::runner::{Run, Ticket};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What commands that judge have in common.
#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// What is known: a YAML file with the lists `known_failures` (must fail), `flaky` (may fail)
    /// and `not_applicable` (not played), each of entries with scenario, reason and perhaps
    /// requirement, issue, until
    #[arg(long, value_name = "FILE")]
    expectations: Option<PathBuf>,
}

/// The lists, with the file that they come from.
#[derive(Default)]
pub(super) struct Lists {
    expectations: Expectations,
    source: Option<(PathBuf, String)>,
}

/// Whether entries that no longer fail are taken off.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ratchet {
    Off,
    On,
}

impl Arguments {
    /// Reads the lists; without a file they are empty.
    pub(super) fn load(&self) -> Result<Lists, Stopped> {
        let Some(path) = &self.expectations else { return Ok(Lists::default()) };
        let text = fs::read_to_string(path).map_err(|error| {
            let message = format!("error: cannot read {}: {error}", path.display());
            Stopped::new(Exit::Usage, message)
        })?;
        let expectations = read(path, &text)?;
        Ok(Lists { expectations, source: Some((path.clone(), text)) })
    }
}

fn read(path: &Path, text: &str) -> Result<Expectations, Stopped> {
    expectations::read(&path.display().to_string(), text)
        .map_err(|why| Stopped::new(Exit::DoesNotLoad, format!("error: {why}")))
}

impl Lists {
    /// Marks what is not to be played.
    pub(super) fn excuse(&self, tickets: &mut [Ticket]) {
        self.expectations.excuse(tickets);
    }

    /// Says of every scenario what is known of it.
    pub(super) fn apply(&self, run: &mut Run, catalogue: Option<&[String]>) -> Vec<usize> {
        let today = WallClock::new(super::gateways::nap).now().day();
        self.expectations.apply(run, catalogue, today)
    }

    /// The same, and where `ratchet` is on, takes entries that no longer fail off the file: what
    /// is stale afterwards needs a person.
    pub(super) fn settle(
        self,
        run: &mut Run,
        catalogue: &[String],
        ratchet: Ratchet,
    ) -> Result<(), Stopped> {
        let idle = self.apply(run, Some(catalogue));
        let (Ratchet::On, Some((path, text)), false) = (ratchet, &self.source, idle.is_empty())
        else {
            return Ok(());
        };
        let shorter = expectations::without(text, &self.expectations, &idle);
        fs::write(path, &shorter).map_err(|error| cannot_write(path, &error))?;
        let count = idle.len();
        super::print_aside(&format!(
            "{}: {count} {} taken off\n",
            path.display(),
            if count == 1 { "entry" } else { "entries" }
        ));
        let left = Self { expectations: read(path, &shorter)?, source: None };
        run.stale.clear();
        left.apply(run, Some(catalogue));
        Ok(())
    }
}

/// Writes a new file that lists what failed in `run`. One that exists is left alone: the reasons
/// in it were written by people.
pub(super) fn write_new(path: &Path, run: &Run) -> Result<(), Stopped> {
    let clauses = expectations::of_failures(run);
    let text = expectations::written(&clauses);
    let mut file = File::create_new(path).map_err(|error| {
        if error.kind() != std::io::ErrorKind::AlreadyExists {
            return cannot_write(path, &error);
        }
        let message = format!(
            "error: {} exists, and is not written over; remove it first, or shorten it with \
             --expectations and --ratchet",
            path.display()
        );
        Stopped::new(Exit::CannotWrite, message)
    })?;
    file.write_all(text.as_bytes()).map_err(|error| cannot_write(path, &error))?;
    super::print_aside(&format!("{}: {} known failures\n", path.display(), clauses.len()));
    Ok(())
}

fn cannot_write(path: &Path, why: &std::io::Error) -> Stopped {
    let message = format!("error: cannot write {}: {why}", path.display());
    Stopped::new(Exit::CannotWrite, message)
}
