//! The terminal: a line for each scenario, every trouble with its proof, and the numbers.

use super::trouble::{self, Trouble};
use super::{Numbers, Standing, standings};
use crate::conformance::Verdict;
use crate::runner::{Played, Run};
use anstyle::{AnsiColor, Style};
use std::io::{self, Write};

pub use super::trouble::troubles;

/// How much is told of what went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// A line for every scenario.
    EveryScenario,
    /// Only what did not pass, and the numbers.
    TroubleOnly,
}

/// Writes the whole report. Colours are left to `output`, which strips them where none belong.
///
/// # Errors
/// Whatever `output` says.
pub fn write(run: &Run, detail: Detail, output: &mut dyn Write) -> io::Result<()> {
    for played in &run.played {
        if detail == Detail::EveryScenario || played.verdict != Verdict::Pass {
            write_scenario(played, output)?;
        }
    }
    for played in run.played.iter().filter(|played| played.verdict != Verdict::Pass) {
        for trouble in troubles(run, played) {
            write_trouble(played, &trouble, output)?;
        }
        if let Some(remark) = &played.remark
            && played.verdict == Verdict::Inconclusive
        {
            let again = trouble::replay(run, played);
            writeln!(output, "\n{}: nothing can be said: {remark}", played.plan.id)?;
            writeln!(output, "{:>11}  {again}", "again")?;
        }
    }
    write_strays(run, output)?;
    write_summary(run, output)
}

fn write_scenario(played: &Played, output: &mut dyn Write) -> io::Result<()> {
    let style = style_of(played.verdict);
    let remark = match (&played.remark, played.verdict) {
        (Some(remark), Verdict::Skipped | Verdict::Inconclusive) => format!("  ({remark})"),
        _ => String::new(),
    };
    let word = played.verdict.to_string();
    writeln!(
        output,
        "{style}{word:>12}{style:#}  {:<42} {}{remark}",
        played.plan.id, played.plan.title
    )
}

fn write_trouble(played: &Played, trouble: &Trouble, output: &mut dyn Write) -> io::Result<()> {
    let style = style_of(played.verdict).bold();
    let dim = Style::new().dimmed();
    writeln!(
        output,
        "\n{style}{}{style:#}  {}: {}",
        played.verdict,
        played.plan.id,
        trouble.headline()
    )?;
    for (label, text) in trouble.lines() {
        writeln!(output, "{dim}{label:>11}{dim:#}  {text}")?;
    }
    Ok(())
}

fn write_strays(run: &Run, output: &mut dyn Write) -> io::Result<()> {
    if !run.strays.is_empty() {
        writeln!(output, "\n{} messages were for nobody in this run:", run.strays.len())?;
    }
    for stray in run.strays.iter().take(10) {
        writeln!(output, "  {stray}")?;
    }
    Ok(())
}

fn write_summary(run: &Run, output: &mut dyn Write) -> io::Result<()> {
    let numbers = Numbers::of(run);
    let bold = Style::new().bold();
    let mut verdicts = vec![format!("{} passed", numbers.passed)];
    let others = [
        (numbers.weak, "weak"),
        (numbers.failed, "failed"),
        (numbers.inconclusive, "inconclusive"),
        (numbers.skipped, "skipped"),
    ];
    verdicts.extend(
        others
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}")),
    );
    writeln!(output)?;
    writeln!(
        output,
        "{bold}{} {}{bold:#}: {} · {} steps · {} expectations · {} ms",
        run.played.len(),
        if run.played.len() == 1 { "scenario" } else { "scenarios" },
        verdicts.join(", "),
        numbers.steps,
        numbers.expectations,
        run.took.as_millis()
    )?;
    let profiles: Vec<&str> = run.settings.profiles.iter().map(|profile| profile.name).collect();
    writeln!(
        output,
        "{bold}{} requirements{bold:#} ({}): {} kept, {} broken, {} untested",
        numbers.kept + numbers.broken + numbers.untested,
        profiles.join(" + "),
        numbers.kept,
        numbers.broken,
        numbers.untested
    )?;
    let broken: Vec<&str> = standings(run)
        .into_iter()
        .filter(|(_, standing)| *standing == Standing::Broken)
        .map(|(requirement, _)| requirement.id)
        .collect();
    if !broken.is_empty() {
        writeln!(output, "broken: {}", broken.join(", "))?;
        writeln!(output, "next: fobwatch explain {}", broken[0])?;
    }
    writeln!(output, "against {} · seed {}", run.settings.against, run.settings.seed)
}

fn style_of(verdict: Verdict) -> Style {
    let colour = match verdict {
        Verdict::Pass => AnsiColor::Green,
        Verdict::Weak | Verdict::Inconclusive => AnsiColor::Yellow,
        Verdict::Skipped => AnsiColor::BrightBlack,
        Verdict::Fail => AnsiColor::Red,
    };
    Style::new().fg_color(Some(colour.into()))
}
