//! `fobwatch diff`: what changed from one run to another.

use super::{Exit, Stopped, saved};
use crate::report::difference;
use crate::runner::difference::Difference;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Both journals are judged by the same rules, those of today, so that a difference is one of the
subject. They may be of different subjects or seeds.

Examples:
  fobwatch diff yesterday.ndjson today.ndjson        what broke over night
  fobwatch diff main.ndjson branch.ndjson --json | jq '.newly_broken[].rule'

Exit codes: 0 nothing got worse, 1 something is newly broken, 2 the new journal is incomplete;
others as everywhere.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The journal of the run before
    old: PathBuf,
    /// The journal of the run now
    new: PathBuf,
    /// Judge both by this profile; may be given several times [default: those of the new run]
    #[arg(long, value_name = "NAME")]
    profile: Vec<String>,
    /// Write the difference as one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Stopped> {
    let new = saved::run(std::slice::from_ref(&arguments.new), &arguments.profile)?;
    let profiles = new.settings.profiles.clone();
    let old = saved::judged(saved::read(&arguments.old)?, Some(&profiles))?;
    let difference = Difference::between(&old, &new);
    let cannot = |why: &dyn std::fmt::Display| {
        Stopped::new(Exit::CannotWrite, format!("error: cannot write the difference: {why}"))
    };
    if arguments.json {
        let text = serde_json::to_string_pretty(&difference).map_err(|why| cannot(&why))?;
        super::print(&(text + "\n"));
    } else {
        let mut text = Vec::new();
        difference::write(&difference, &mut text).map_err(|why| cannot(&why))?;
        super::print(&String::from_utf8_lossy(&text));
    }
    for (path, run) in [(&arguments.old, &old), (&arguments.new, &new)] {
        if let Some(why) = &run.incomplete {
            super::print_aside(&format!("note: {} is incomplete: {why}\n", path.display()));
        }
    }
    Ok(match (difference.is_worse(), &new.incomplete) {
        (true, _) => Exit::NotConformant,
        (false, Some(_)) => Exit::Inconclusive,
        (false, None) => Exit::Conformant,
    })
}
