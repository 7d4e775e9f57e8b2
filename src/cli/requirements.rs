//! `fobwatch requirements`: what a profile wants, and which scenarios cover it.

use super::{Exit, Stopped, files};
use crate::conformance::REQUIREMENTS;
use std::fmt::Write;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The profile; may be given several times [default: guide and rfc-otp-extended]
    #[arg(long, value_name = "NAME")]
    profile: Vec<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Stopped> {
    let profiles = super::run::profiles(&arguments.profile)?;
    let plans = files::plans(&[])?;
    let mut text = String::new();
    let (mut covered, mut total) = (0, 0);
    for requirement in REQUIREMENTS
        .iter()
        .filter(|requirement| profiles.iter().any(|profile| profile.includes(requirement)))
    {
        let scenarios: Vec<&str> = plans
            .iter()
            .filter(|plan| plan.covers.iter().any(|id| id == requirement.id))
            .map(|plan| plan.id.as_str())
            .collect();
        total += 1;
        covered += usize::from(!scenarios.is_empty());
        let level = requirement.level.to_string();
        let source = requirement.citation();
        let _ = writeln!(text, "{:<38} {level:<6} {source}", requirement.id);
        let _ = writeln!(text, "    {}", requirement.text);
        let by = if scenarios.is_empty() { "no scenario".to_owned() } else { scenarios.join(", ") };
        let _ = writeln!(text, "    covered by {by}");
    }
    let _ = writeln!(text, "\n{covered} of {total} requirements are covered by shipped scenarios");
    super::print(&text);
    Ok(Exit::Conformant)
}
