//! `fobwatch judge`: judges a saved journal again, by the rules of today.

use super::{Exit, Stopped, lists, outputs, saved};
use std::path::PathBuf;

const EXAMPLES: &str = "\
A journal holds all that happened, so a run can be judged without the subject: after a rule was
added or corrected, by another profile, or years later. With the same rules the findings are the
same to the byte. Several journals must be the shards of one run.

Examples:
  fobwatch run --report ndjson=run.ndjson
  fobwatch judge run.ndjson                          the same report, without the subject
  fobwatch judge run.ndjson --profile nist-aal2      by another profile
  fobwatch judge shard-*.ndjson --expectations known.yaml

Exit codes: as `run`; 2 also if the journal is incomplete.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Journals, written by `run --report ndjson=FILE`; `-` is standard input
    #[arg(required = true, value_name = "JOURNAL")]
    journals: Vec<PathBuf>,
    /// Judge by this profile; may be given several times [default: those of the run]
    #[arg(long, value_name = "NAME")]
    profile: Vec<String>,
    #[command(flatten)]
    lists: lists::Arguments,
    #[command(flatten)]
    outputs: outputs::Arguments,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Stopped> {
    let outputs = outputs::Outputs::of(&arguments.outputs)?;
    let known = arguments.lists.load()?;
    let mut run = saved::run(&arguments.journals, &arguments.profile)?;
    // Which scenarios there were besides those in it, a journal does not say.
    known.apply(&mut run, None);
    outputs.write(&run)?;
    Ok(super::run::exit(&run))
}
