//! The terminal: a line for each scenario, every trouble with its proof, and the numbers.

use super::case::Outcome;
use super::trouble::{self, Trouble};
use super::{Numbers, Standing, standings};
use crate::conformance::Verdict;
use crate::runner::{Played, Run};
use anstyle::{AnsiColor, Style};
use std::collections::BTreeMap;
use std::io::{self, Write};

pub use super::trouble::troubles;

/// As many refused hosts as are shown.
const SHOWN_HOSTS: usize = 10;

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
        if detail == Detail::EveryScenario || is_telling(played) {
            write_scenario(played, output)?;
        }
    }
    let told = |played: &&Played| {
        played.verdict != Verdict::Pass && Outcome::of(played) != Outcome::KnownFailure
    };
    for played in run.played.iter().filter(told) {
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
        if let Some(traces) = &played.traces {
            writeln!(output, "{:>11}  {traces}", "pages")?;
        }
    }
    write_strays(run, output)?;
    output.write_all(elsewhere(&run.elsewhere).as_bytes())?;
    write_stale(run, output)?;
    write_summary(run, output)
}

/// Whether there is more to say of it than that it passed.
fn is_telling(played: &Played) -> bool {
    played.verdict != Verdict::Pass || Outcome::of(played) == Outcome::Stale
}

fn write_stale(run: &Run, output: &mut dyn Write) -> io::Result<()> {
    if !run.stale.is_empty() {
        writeln!(output, "\nstale expectations:")?;
    }
    for stale in &run.stale {
        writeln!(output, "  {stale}")?;
    }
    if !run.stale.is_empty() {
        writeln!(output, "next: correct the list, or let --ratchet take off what no longer fails")?;
    }
    Ok(())
}

fn write_scenario(played: &Played, output: &mut dyn Write) -> io::Result<()> {
    let style = style_of(played);
    let remark = match (&played.remark, played.verdict, &played.known) {
        (_, _, Some(known)) => format!("  ({known})"),
        (Some(remark), Verdict::Skipped | Verdict::Inconclusive, None) => format!("  ({remark})"),
        _ => String::new(),
    };
    let word = match Outcome::of(played) {
        Outcome::KnownFailure => "known".to_owned(),
        Outcome::Flaky => "flaky".to_owned(),
        Outcome::Stale => "stale".to_owned(),
        Outcome::Passed | Outcome::Failed | Outcome::Undecided | Outcome::Skipped => {
            played.verdict.to_string()
        }
    };
    writeln!(
        output,
        "{style}{word:>12}{style:#}  {:<42} {}{remark}",
        played.plan.id, played.plan.title
    )
}

fn write_trouble(played: &Played, trouble: &Trouble, output: &mut dyn Write) -> io::Result<()> {
    let style = style_of(played).bold();
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

/// Tells of hosts that were tried and refused; nothing if there are none.
#[must_use]
pub fn elsewhere(tried: &BTreeMap<String, u64>) -> String {
    if tried.is_empty() {
        return String::new();
    }
    let shown = tried.iter().take(SHOWN_HOSTS).map(|(host, times)| match times {
        1 => format!("  {host}, once\n"),
        times => format!("  {host}, {times} times\n"),
    });
    let more = match tried.len().saturating_sub(SHOWN_HOSTS) {
        0 => String::new(),
        more => format!("  and {more} more\n"),
    };
    "\nthe subject tried to reach what no gateway stands for, and was refused:\n".to_owned()
        + &shown.collect::<String>()
        + &more
        + "next: if it needs them, lead it past the proxy: `reach: open` below a map's `launch`\n"
}

fn write_summary(run: &Run, output: &mut dyn Write) -> io::Result<()> {
    let numbers = Numbers::of(run);
    let bold = Style::new().bold();
    let mut verdicts = vec![format!("{} passed", numbers.passed)];
    let others = [
        (numbers.weak, "weak"),
        (numbers.failed, "failed"),
        (numbers.known, "known to fail"),
        (numbers.flaky, "flaky"),
        (numbers.stale, "listed to fail and passing"),
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
    if let Some(why) = &run.incomplete {
        writeln!(output, "{bold}incomplete{bold:#}: {why}")?;
    }
    let took = run.took.map(|took| format!(" · {} ms", took.as_millis())).unwrap_or_default();
    writeln!(
        output,
        "{bold}{} {}{bold:#}: {} · {} steps · {} expectations{took}",
        run.played.len(),
        if run.played.len() == 1 { "scenario" } else { "scenarios" },
        verdicts.join(", "),
        numbers.steps,
        numbers.expectations
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
    let shard = run.settings.shard.map(|shard| format!(" · shard {shard}")).unwrap_or_default();
    writeln!(output, "against {} · seed {}{shard}", run.settings.against, run.settings.seed)
}

fn style_of(played: &Played) -> Style {
    let colour = match Outcome::of(played) {
        Outcome::Passed if played.verdict == Verdict::Pass => AnsiColor::Green,
        Outcome::Passed | Outcome::Undecided | Outcome::Flaky => AnsiColor::Yellow,
        Outcome::Skipped | Outcome::KnownFailure => AnsiColor::BrightBlack,
        Outcome::Failed | Outcome::Stale => AnsiColor::Red,
    };
    Style::new().fg_color(Some(colour.into()))
}
