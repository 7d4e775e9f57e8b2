//! `fobwatch merge`: joins the journals of shards into that of the whole run.

use super::{Exit, Stopped, saved};
use crate::journal;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Nothing is judged and nothing lost: the journal of all shards is, byte for byte, the one that a
single run would have written. Journals of different seeds, subjects, options or versions are
refused, and so are two that hold the same scenario.

Examples:
  fobwatch run --shard 1/4 --report ndjson=shard-1.ndjson     on four machines
  fobwatch merge shard-*.ndjson --output run.ndjson
  fobwatch merge shard-*.ndjson --output - | fobwatch judge -

Exit codes: 0 joined, 2 joined, but a shard is missing or incomplete; others as everywhere.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The journals of the shards, in any order
    #[arg(required = true, value_name = "JOURNAL")]
    journals: Vec<PathBuf>,
    /// Where the whole goes; `-` is standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Stopped> {
    let whole = saved::join(&arguments.journals)?;
    write(&arguments.output, &whole).map_err(|error| {
        let message = format!("error: cannot write {}: {error}", arguments.output.display());
        Stopped::new(Exit::CannotWrite, message)
    })?;
    let (parts, scenarios) = (arguments.journals.len(), whole.chapters.len());
    super::print_aside(&format!("{parts} journals, {scenarios} scenarios\n"));
    match &whole.footer.incomplete {
        None => Ok(Exit::Conformant),
        Some(why) => {
            super::print_aside(&format!("incomplete: {why}\n"));
            Ok(Exit::Inconclusive)
        }
    }
}

fn write(path: &Path, whole: &journal::Saved) -> std::io::Result<()> {
    if path.as_os_str() == "-" {
        return journal::write(&mut std::io::stdout().lock(), whole);
    }
    let mut output = BufWriter::new(File::create(path)?);
    journal::write(&mut output, whole)?;
    output.flush()
}
