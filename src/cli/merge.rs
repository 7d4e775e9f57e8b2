//! `fobwatch merge`: joins the journals of shards into that of the whole run, and the records of
//! shards of a load into that of the whole load.

use super::{Exit, Stopped, bench, saved};
use crate::journal;
use crate::report::load::Told;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Nothing is judged and nothing lost: the journal of all shards is, byte for byte, the one that a
single run would have written. Journals of different seeds, subjects, options or versions are
refused, and so are two that hold the same scenario. Records of a load are refused also where a
shard is missing or given twice, or where one began after another had ended.

Examples:
  fobwatch run --shard 1/4 --report ndjson=shard-1.ndjson     on four machines
  fobwatch merge shard-*.ndjson --output run.ndjson
  fobwatch merge shard-*.ndjson --output - | fobwatch judge -
  fobwatch bench --shard 1/4 --report json=load-1.json        a load, on four machines
  fobwatch merge load-*.json --output load.json               its histograms add up without loss

Exit codes: 0 joined, 2 joined, but a shard is missing or incomplete; others as everywhere.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The journals or the records of the shards, in any order
    #[arg(required = true, value_name = "JOURNAL")]
    journals: Vec<PathBuf>,
    /// Where the whole goes; `-` is standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Stopped> {
    if arguments.journals.iter().any(|path| bench::is_load(path)) {
        return join_loads(arguments);
    }
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

fn join_loads(arguments: &Arguments) -> Result<Exit, Stopped> {
    let record = bench::joined(&arguments.journals)?;
    let told = Told { record: &record, baseline: None, differences: &[], findings: &[] };
    bench::write_json(&arguments.output, &told)?;
    let (parts, ended) = (record.parts.len(), record.ended());
    super::print_aside(&format!("{parts} shards, {ended} verifications\n"));
    Ok(if record.is_whole() { Exit::Conformant } else { Exit::Inconclusive })
}

fn write(path: &Path, whole: &journal::Saved) -> std::io::Result<()> {
    if path.as_os_str() == "-" {
        return journal::write(&mut std::io::stdout().lock(), whole);
    }
    let mut output = BufWriter::new(File::create(path)?);
    journal::write(&mut output, whole)?;
    output.flush()
}
