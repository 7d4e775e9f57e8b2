//! What changed from one run to another, for a terminal.

use crate::runner::difference::{Breach, Change, Difference};
use anstyle::{AnsiColor, Style};
use std::io::{self, Write};

/// Writes what changed, the worst first.
///
/// # Errors
/// Whatever `output` says.
pub fn write(difference: &Difference, output: &mut dyn Write) -> io::Result<()> {
    let Difference { newly_broken, fixed, changed, verdicts, added, removed } = difference;
    if difference.is_empty() {
        return writeln!(output, "nothing changed");
    }
    write_changes("newly broken", AnsiColor::Red, newly_broken, output)?;
    write_changes("broken in another way", AnsiColor::Yellow, changed, output)?;
    write_changes("fixed", AnsiColor::Green, fixed, output)?;
    let turned: Vec<String> = verdicts
        .iter()
        .map(|turn| format!("{:<42} {} → {}", turn.scenario, turn.before, turn.now))
        .collect();
    write_list("other verdicts", &turned, output)?;
    write_list("only in the new run", added, output)?;
    write_list("only in the old run", removed, output)?;
    let changed = changed.len();
    writeln!(
        output,
        "{} newly broken, {} fixed, {changed} broken in another way, {} other verdicts, \
         {} scenarios added, {} removed",
        newly_broken.len(),
        fixed.len(),
        verdicts.len(),
        added.len(),
        removed.len()
    )
}

fn write_changes(
    title: &str,
    colour: AnsiColor,
    changes: &[Change],
    output: &mut dyn Write,
) -> io::Result<()> {
    let style = Style::new().fg_color(Some(colour.into())).bold();
    if changes.is_empty() {
        return Ok(());
    }
    writeln!(output, "{style}{title}{style:#}")?;
    for Change { scenario, rule, before, now } in changes {
        writeln!(output, "  {scenario}: {rule}")?;
        if let Some(Breach { expected, .. }) = now.as_ref().or(before.as_ref()) {
            writeln!(output, "    {:>9}  {expected}", "expected")?;
        }
        for (label, breach) in [("before", before), ("now", now)] {
            if let Some(Breach { observed, evidence, .. }) = breach {
                let entries: Vec<String> = evidence.iter().map(ToString::to_string).collect();
                let entries = entries.join(" ");
                writeln!(output, "    {label:>9}  {observed} (entries {entries})")?;
            }
        }
    }
    writeln!(output)
}

fn write_list(title: &str, lines: &[String], output: &mut dyn Write) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let bold = Style::new().bold();
    writeln!(output, "{bold}{title}{bold:#}")?;
    lines.iter().try_for_each(|line| writeln!(output, "  {line}"))?;
    writeln!(output)
}
