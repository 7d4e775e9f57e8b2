//! TAP 14, the Test Anything Protocol: a test point for each scenario, its steps as a subtest, and
//! what went wrong as YAML.
//!
//! YAML values are written as JSON strings, which YAML reads too, so that nothing a subject says
//! can end the block.

use super::Form;
use super::case::{Case, Course, Outcome, cases};
use super::wording::{one_line, printable};
use crate::runner::Run;
use std::io::{self, Write};

pub(super) struct Tap;

impl Form for Tap {
    fn name(&self) -> &'static str {
        "tap"
    }

    fn purpose(&self) -> &'static str {
        "TAP 14, with the steps of each scenario as a subtest"
    }

    fn write(&self, run: &Run, output: &mut dyn Write) -> io::Result<()> {
        writeln!(output, "TAP version 14")?;
        match run.played.len() {
            0 => writeln!(output, "1..0 # SKIP no scenario was chosen")?,
            count => writeln!(output, "1..{count}")?,
        }
        for (index, case) in cases(run).enumerate() {
            write_steps(&case, output)?;
            write_point(index + 1, &case, output)?;
            write_diagnosis(&case, output)?;
        }
        Ok(())
    }
}

/// The steps as a document of their own, indented by four; nothing if there were none.
fn write_steps(case: &Case<'_>, output: &mut dyn Write) -> io::Result<()> {
    let steps: Vec<_> = case.steps().collect();
    if steps.is_empty() {
        return Ok(());
    }
    writeln!(output, "# Subtest: {}", described(&case.name()))?;
    writeln!(output, "    1..{}", steps.len())?;
    for (index, (step, course)) in steps.iter().enumerate() {
        let (ok, directive) = match course {
            Course::Done => ("ok", ""),
            Course::Missed => ("not ok", ""),
            Course::Unanswered => ("ok", " # SKIP no answer that could be understood"),
            Course::NotReached => ("ok", " # SKIP not reached"),
        };
        writeln!(output, "    {ok} {} - {}{directive}", index + 1, described(&step.source))?;
    }
    Ok(())
}

fn write_point(number: usize, case: &Case<'_>, output: &mut dyn Write) -> io::Result<()> {
    let name = described(&case.name());
    let reason = || described(&case.message().unwrap_or_default());
    match Outcome::of(case.played) {
        Outcome::Passed | Outcome::Flaky => writeln!(output, "ok {number} - {name}"),
        Outcome::Failed | Outcome::Stale => writeln!(output, "not ok {number} - {name}"),
        Outcome::KnownFailure => writeln!(output, "not ok {number} - {name} # TODO {}", reason()),
        Outcome::Undecided | Outcome::Skipped => {
            writeln!(output, "ok {number} - {name} # SKIP {}", reason())
        }
    }
}

/// The YAML block below a test point that is no plain pass, indented by two.
fn write_diagnosis(case: &Case<'_>, output: &mut dyn Write) -> io::Result<()> {
    let (Some(message), Some(text)) = (case.message(), case.text()) else { return Ok(()) };
    let plan = &case.played.plan;
    let severity = match Outcome::of(case.played) {
        Outcome::Failed | Outcome::Stale => "fail",
        Outcome::KnownFailure => "todo",
        Outcome::Passed | Outcome::Flaky | Outcome::Undecided | Outcome::Skipped => "comment",
    };
    writeln!(output, "  ---")?;
    writeln!(output, "  message: {}", quoted(&message))?;
    writeln!(output, "  severity: {severity}")?;
    writeln!(output, "  verdict: {}", case.played.verdict)?;
    writeln!(output, "  at:")?;
    writeln!(output, "    file: {}", quoted(&plan.file))?;
    if let Some(line) = case.line() {
        writeln!(output, "    line: {line}")?;
    }
    write_list(
        "requirements",
        case.tested().map(|(rule, word)| format!("{} {word}", rule.id)),
        output,
    )?;
    write_list("text", text.lines().map(str::to_owned), output)?;
    writeln!(output, "  ...")
}

fn write_list(
    key: &str,
    lines: impl Iterator<Item = String>,
    output: &mut dyn Write,
) -> io::Result<()> {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        writeln!(output, "  {key}:")?;
    }
    lines.try_for_each(|line| writeln!(output, "    - {}", quoted(&line)))
}

/// A description: one line in which nothing begins a directive.
///
/// TAP 14 would have `\#` for that, which readers of TAP 13 such as tap.py do not know: a title
/// could turn a failure into a skip. A full-width number sign is a directive for none of them.
fn described(text: &str) -> String {
    one_line(text).replace('\\', "\\\\").replace('#', "＃")
}

/// A scalar that YAML and JSON read alike.
fn quoted(text: &str) -> String {
    let text = printable(text);
    let text = serde_json::Value::from(text).to_string();
    // YAML takes these two for ends of lines, JSON does not escape them.
    text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}
