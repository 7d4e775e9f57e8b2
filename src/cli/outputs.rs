//! Where reports go: the terminal's to the terminal, the others where `--report` says.

use super::{Exit, Stopped};
use crate::report::{self, terminal};
use crate::runner::Run;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// What commands that report have in common.
#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// Write a report; `-` is standard output; may be given several times. Forms: junit, ndjson,
    /// ctrf, tap, sarif, github, github-summary
    #[arg(long, value_name = "FORM=FILE")]
    report: Vec<String>,
    /// Show only what did not pass
    #[arg(long, short)]
    quiet: bool,
}

/// Where a report goes.
enum Target {
    /// Where the terminal's report goes otherwise; that one makes room.
    StandardOutput,
    /// A file, made anew.
    File(PathBuf),
}

/// The reports that were asked for.
pub(super) struct Outputs {
    destinations: Vec<(&'static dyn report::Form, Target)>,
    detail: terminal::Detail,
}

impl Outputs {
    /// What `arguments` ask for.
    pub(super) fn of(arguments: &Arguments) -> Result<Self, Stopped> {
        let parse = |text: &String| destination(text).ok_or_else(|| no_report(text));
        let destinations = arguments.report.iter().map(parse).collect::<Result<_, _>>()?;
        let detail = if arguments.quiet {
            terminal::Detail::TroubleOnly
        } else {
            terminal::Detail::EveryScenario
        };
        Ok(Self { destinations, detail })
    }

    /// How many reports are written besides the terminal's.
    pub(super) fn count(&self) -> usize {
        self.destinations.len()
    }

    /// Tells how `run` came out, on the terminal and in every report.
    pub(super) fn write(&self, run: &Run) -> Result<(), Stopped> {
        let mut text = Vec::new();
        terminal::write(run, self.detail, &mut text)
            .map_err(|error| cannot("the report", &error))?;
        let piped =
            self.destinations.iter().any(|(_, target)| matches!(target, Target::StandardOutput));
        let told = String::from_utf8_lossy(&text);
        if piped {
            super::print_aside(&told);
        } else {
            super::print(&told);
        }
        self.write_reports(run)
    }

    /// Writes the reports without telling the terminal.
    pub(super) fn write_reports(&self, run: &Run) -> Result<(), Stopped> {
        for (form, target) in &self.destinations {
            match target {
                Target::StandardOutput => super::print(&written(*form, run)?),
                Target::File(path) => write_report(*form, path, run)
                    .map_err(|error| cannot(&path.display().to_string(), &error))?,
            }
        }
        Ok(())
    }
}

fn cannot(what: &str, why: &io::Error) -> Stopped {
    Stopped::new(Exit::CannotWrite, format!("error: cannot write {what}: {why}"))
}

/// `FORM=FILE`, `FORM=-`, or `FORM` alone if it is made for the log.
fn destination(text: &str) -> Option<(&'static dyn report::Form, Target)> {
    let (name, target) = match text.split_once('=') {
        Some((name, "-")) => (name, Target::StandardOutput),
        Some((name, file)) => (name, Target::File(PathBuf::from(file))),
        None => (text, Target::StandardOutput),
    };
    let form = report::form(name)?;
    (text.contains('=') || form.is_for_a_log()).then_some((form, target))
}

fn no_report(text: &str) -> Stopped {
    let forms: Vec<String> = report::FORMS
        .iter()
        .map(|form| {
            let usual = if form.is_for_a_log() { "" } else { "=FILE" };
            format!("  {:<20} {}", format!("{}{usual}", form.name()), form.purpose())
        })
        .collect();
    let known = forms.join("\n");
    let message = format!(
        "error: `{text}` is no report; write one of these, `-` for FILE is standard output\n{known}"
    );
    Stopped::new(Exit::Usage, message)
}

fn written(form: &dyn report::Form, run: &Run) -> Result<String, Stopped> {
    let mut bytes = Vec::new();
    form.write(run, &mut bytes).map_err(|error| cannot(form.name(), &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn write_report(form: &dyn report::Form, path: &PathBuf, run: &Run) -> io::Result<()> {
    let mut output = BufWriter::new(File::create(path)?);
    form.write(run, &mut output)?;
    output.flush()
}
