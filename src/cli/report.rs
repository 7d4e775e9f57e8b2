//! `fobwatch report`: derives any form of report from a saved journal.

use super::{Exit, Stopped, lists, outputs, saved};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Every form is made from the journal, now or later, and does not need the subject. It says what
`judge` would say. The exit code tells only whether the reports were written.

Examples:
  fobwatch run --report ndjson=run.ndjson
  fobwatch report run.ndjson --report junit=junit.xml --report sarif=findings.sarif
  fobwatch report shard-*.ndjson --report github-summary=- >> \"$GITHUB_STEP_SUMMARY\"

Exit codes: 0 written; others as everywhere.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Journals, written by `run --report ndjson=FILE`; several are the shards of one run
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
    if outputs.count() == 0 {
        let message = "error: say which report and where, such as --report junit=junit.xml; \
                       for the terminal's there is `fobwatch judge`";
        return Err(Stopped::new(Exit::Usage, message));
    }
    let known = arguments.lists.load()?;
    let mut run = saved::run(&arguments.journals, &arguments.profile)?;
    known.apply(&mut run, None);
    outputs.write_reports(&run)?;
    if let Some(why) = &run.incomplete {
        super::print_aside(&format!("note: the journal is incomplete: {why}\n"));
    }
    Ok(Exit::Conformant)
}
