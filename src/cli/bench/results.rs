//! What becomes of a measured load: told, written, compared, and held against limits.

use super::super::{Exit, Stopped};
use crate::load::compare::{self, Difference};
use crate::load::limit::{Finding, Kept, Limit};
use crate::load::objective::Objective;
use crate::load::record::{Arrival, Asked, Record, Standing, file, join};
use crate::report::load::{self as told, Told};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write, stdin};
use std::path::{Path, PathBuf};

/// What commands that tell of loads have in common.
#[derive(clap::Args)]
#[group(skip)]
pub(in crate::cli) struct Arguments {
    /// Write a report; `-` is standard output; may be given several times. Forms: json, csv, html
    #[arg(long, value_name = "FORM=FILE", value_parser = destination)]
    report: Vec<Destination>,
    /// A limit, as what breaks it: `p99>50ms`, `errors>0.1%`, `rate<95%`, `p99>baseline*1.1`; may be
    /// given several times
    #[arg(long, value_name = "LIMIT", value_parser = limit)]
    fail_if: Vec<Limit>,
    /// A saved load (json) to compare with
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Measure nothing: tell of these saved loads (json), several being the shards of one
    #[arg(long, value_name = "FILE", num_args = 1..)]
    from: Vec<PathBuf>,
}

/// A report and where it goes.
#[derive(Clone)]
struct Destination {
    form: &'static dyn told::Form,
    path: PathBuf,
}

/// What is wished for, all of it read before anything is measured.
pub(in crate::cli) struct Results {
    destinations: Vec<Destination>,
    limits: Vec<Limit>,
    baseline: Option<Record>,
    from: Vec<PathBuf>,
}

impl Results {
    /// What `arguments` ask for.
    pub(in crate::cli) fn of(arguments: &Arguments) -> Result<Self, Stopped> {
        let needy = arguments.fail_if.iter().find(|limit| limit.needs_baseline());
        if let (Some(limit), None) = (needy, &arguments.baseline) {
            let message = format!("error: --fail-if `{limit}` needs --baseline FILE");
            return Err(Stopped::new(Exit::Usage, message));
        }
        let baseline = arguments.baseline.as_deref().map(read).transpose()?;
        Ok(Self {
            destinations: arguments.report.clone(),
            limits: arguments.fail_if.clone(),
            baseline,
            from: arguments.from.clone(),
        })
    }

    /// The saved load that is to be told of instead of measuring one.
    pub(in crate::cli) fn saved(&self) -> Result<Option<Record>, Stopped> {
        match self.from.as_slice() {
            [] => Ok(None),
            [one] => read(one).map(Some),
            several => joined(several).map(Some),
        }
    }

    /// Tells how it went, writes the reports, and says how it ended.
    pub(in crate::cli) fn conclude(&self, record: &Record) -> Result<Exit, Stopped> {
        let differences = self.differences(record);
        let (differences, other) = match differences {
            Ok(differences) => (differences, None),
            Err(why) => (Vec::new(), Some(why)),
        };
        let hold = |limit: &Limit| limit.hold(record, self.baseline.as_ref());
        let findings: Vec<Finding> = self.limits.iter().map(hold).collect();
        let baseline = self.baseline.as_ref();
        let told = Told { record, baseline, differences: &differences, findings: &findings };
        let text = told::text(&told);
        if self.destinations.iter().any(|destination| destination.path.as_os_str() == "-") {
            super::super::print_aside(&text);
        } else {
            super::super::print(&text);
        }
        let written = self.destinations.iter().map(|one| write(one.form, &one.path, &told));
        // All that can be written is, before it is said what cannot.
        let written: Vec<Result<(), Stopped>> = written.collect();
        written.into_iter().collect::<Result<(), Stopped>>()?;
        other.map_or_else(|| Ok(self.exit(record, &findings)), Err)
    }

    /// Refuses, before anything is measured, a load that is another one than the baseline.
    pub(in crate::cli) fn refuse_other_than(&self, asked: &Asked) -> Result<(), Stopped> {
        let Some(baseline) = &self.baseline else { return Ok(()) };
        compare::asked_alike(&baseline.asked, asked).map_err(|why| other_load(&why))
    }

    fn differences(&self, record: &Record) -> Result<Vec<Difference>, Stopped> {
        let Some(baseline) = &self.baseline else { return Ok(Vec::new()) };
        compare::alike(baseline, record).map_err(|why| other_load(&why))?;
        Ok(compare::compare(baseline, record))
    }

    fn exit(&self, record: &Record, findings: &[Finding]) -> Exit {
        let came = |kept| findings.iter().any(|finding| finding.kept == kept);
        // Whoever says how many errors there may be has decided about them.
        let tolerated = self.limits.iter().any(Limit::is_of_errors) || objective_tolerates(record);
        let failed = record.count(Standing::Failed) > 0 && !tolerated;
        // Who was interrupted before any rate was judged found nothing out.
        let none_met = !record.ladder.is_empty() && record.highest_met().is_none();
        if record.accepted_though() > 0 || failed || none_met || came(Kept::No) {
            Exit::NotConformant
        } else if came(Kept::Unknown) || !record.is_whole() {
            Exit::Inconclusive
        } else {
            Exit::Conformant
        }
    }
}

/// Whether the objective of a search says how many errors there may be.
fn objective_tolerates(record: &Record) -> bool {
    let Arrival::Steps { objective, .. } = &record.asked.arrival else { return false };
    objective.parse::<Objective>().is_ok_and(|objective| objective.tolerates_errors())
}

fn other_load(why: &compare::NotAlike) -> Stopped {
    let remedy = "measure as the baseline was measured, or take another one";
    Stopped::new(Exit::Usage, format!("error: {why}; {remedy}"))
}

/// The record in the file `path`; `-` is standard input.
pub(in crate::cli) fn read(path: &Path) -> Result<Record, Stopped> {
    let read = if path.as_os_str() == "-" {
        file::read(stdin().lock())
    } else {
        let opened = File::open(path).map_err(|error| {
            let message = format!("error: cannot read {}: {error}", path.display());
            Stopped::new(Exit::Usage, message)
        })?;
        file::read(BufReader::new(opened))
    };
    read.map_err(|why| {
        let message = format!("error: {} is no record of a load: {why}", path.display());
        Stopped::new(Exit::DoesNotLoad, message)
    })
}

/// The records in `paths` as one.
pub(in crate::cli) fn joined(paths: &[PathBuf]) -> Result<Record, Stopped> {
    let part = |path: &PathBuf| Ok((path.display().to_string(), read(path)?));
    let parts = paths.iter().map(part).collect::<Result<Vec<_>, Stopped>>()?;
    join(parts).map_err(|why| Stopped::new(Exit::DoesNotLoad, format!("error: {why}")))
}

/// Whether the file `path` is meant to be the record of a load.
pub(in crate::cli) fn is_load(path: &Path) -> bool {
    let mut beginning = Vec::new();
    let opened = File::open(path);
    let read = opened.and_then(|file| file.take(64).read_to_end(&mut beginning));
    read.is_ok() && file::is_meant_by(&beginning)
}

/// Writes `told` as the record that it is.
pub(in crate::cli) fn write_json(path: &Path, told: &Told<'_>) -> Result<(), Stopped> {
    write(told::JSON, path, told)
}

fn write(form: &dyn told::Form, path: &Path, told: &Told<'_>) -> Result<(), Stopped> {
    let cannot = |error: std::io::Error| {
        let message = format!("error: cannot write {}: {error}", path.display());
        Stopped::new(Exit::CannotWrite, message)
    };
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        form.write(told, &mut bytes).map_err(cannot)?;
        super::super::print(&String::from_utf8_lossy(&bytes));
        return Ok(());
    }
    let mut output = BufWriter::new(File::create(path).map_err(cannot)?);
    form.write(told, &mut output).and_then(|()| output.flush()).map_err(cannot)
}

fn destination(text: &str) -> Result<Destination, String> {
    let known = || {
        let forms =
            told::FORMS.iter().map(|form| format!("  {}=FILE: {}", form.name(), form.purpose()));
        format!(
            "write one of these, `-` for FILE is standard output\n{}",
            forms.collect::<Vec<_>>().join("\n")
        )
    };
    let (name, path) = text.split_once('=').ok_or_else(known)?;
    let form = told::form(name).filter(|_| !path.is_empty()).ok_or_else(known)?;
    let path = PathBuf::from(path);
    // Else it would be seen when all has been measured.
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            Err(format!("there is no folder {}; make it first", folder.display()))
        }
        Some(_) | None => Ok(Destination { form, path }),
    }
}

fn limit(text: &str) -> Result<Limit, String> {
    // The text stands on a line of its own, so that the mark below it points at the place.
    text.parse().map_err(|why| format!("no limit\n{why}"))
}
