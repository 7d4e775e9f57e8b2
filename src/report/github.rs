//! Annotations for GitHub workflows: commands in the log that put a message beside a line.

use super::Form;
use super::case::{Case, Outcome, cases};
use super::severity;
use super::trouble::{Cause, Trouble};
use super::wording::printable;
use crate::conformance::Level;
use crate::domain::Place;
use crate::runner::Run;
use std::cmp::Reverse;
use std::io::{self, Write};

/// GitHub shows this many annotations of one kind in a step and drops the rest without a word.
const MOST_OF_A_KIND: usize = 10;

pub(super) struct Github;

/// One message beside a line.
struct Annotation {
    /// The higher, the worse: 100 and more is what the standards call a failure.
    weight: u8,
    file: String,
    place: Option<Place>,
    title: String,
    text: String,
}

impl Form for Github {
    fn name(&self) -> &'static str {
        "github"
    }

    fn purpose(&self) -> &'static str {
        "annotations of a GitHub workflow; goes to standard output unless a file is given"
    }

    fn is_for_a_log(&self) -> bool {
        true
    }

    fn write(&self, run: &Run, output: &mut dyn Write) -> io::Result<()> {
        let (mut errors, mut warnings) = (Vec::new(), Vec::new());
        for case in cases(run) {
            let outcome = Outcome::of(case.played);
            if outcome == Outcome::Stale {
                errors.push(remark(&case));
            }
            // What is known already is in the report, and not at every change of the sources.
            let told = outcome != Outcome::KnownFailure;
            for trouble in case.troubles.iter().filter(|_| told) {
                let kind = if is_error(&case, trouble) { &mut errors } else { &mut warnings };
                kind.push(annotation(&case, trouble));
            }
            if outcome == Outcome::Undecided {
                warnings.push(remark(&case));
            }
        }
        write_kind("error", errors, output)?;
        write_kind("warning", warnings, output)
    }
}

/// Whether `trouble` is why its scenario failed.
fn is_error(case: &Case<'_>, trouble: &Trouble) -> bool {
    Outcome::of(case.played) == Outcome::Failed
        && match trouble.cause {
            Cause::Requirement(requirement) => requirement.level == Level::Must,
            Cause::Expectation => true,
        }
}

fn annotation(case: &Case<'_>, trouble: &Trouble) -> Annotation {
    let weight = match trouble.cause {
        Cause::Requirement(rule) => 100 + severity::tenths(rule).unwrap_or(0),
        Cause::Expectation => 1,
    };
    Annotation {
        weight,
        file: case.played.plan.file.clone(),
        place: trouble.step,
        title: format!("{}: {}", case.played.plan.id, trouble.headline()),
        text: trouble.plain(),
    }
}

fn remark(case: &Case<'_>) -> Annotation {
    let line = case.line();
    Annotation {
        weight: 0,
        file: case.played.plan.file.clone(),
        place: line.map(|line| Place { line, column: 1 }),
        title: case.played.plan.id.clone(),
        text: case.text().unwrap_or_default(),
    }
}

/// The worst of one kind. Where not all may be shown, the last one says how many more there are.
fn write_kind(
    kind: &str,
    mut annotations: Vec<Annotation>,
    output: &mut dyn Write,
) -> io::Result<()> {
    annotations.sort_by_key(|annotation| Reverse(annotation.weight));
    let fit = annotations.len() <= MOST_OF_A_KIND;
    let shown = if fit { annotations.len() } else { MOST_OF_A_KIND - 1 };
    for annotation in &annotations[..shown] {
        let mut properties = vec![format!("file={}", property(&annotation.file))];
        if let Some(Place { line, column }) = annotation.place {
            properties.extend([format!("line={line}"), format!("col={column}")]);
        }
        properties.push(format!("title={}", property(&annotation.title)));
        let text = data(&printable(&annotation.text));
        writeln!(output, "::{kind} {}::{text}", properties.join(","))?;
    }
    match annotations.len() - shown {
        0 => Ok(()),
        more => writeln!(output, "::{kind} title=fobwatch::and {more} more; see the whole report"),
    }
}

/// The text of a command: an end of line would end it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command, which a colon or a comma would end too.
fn property(text: &str) -> String {
    data(&printable(text)).replace(':', "%3A").replace(',', "%2C")
}
