//! `fobwatch explain`: one requirement, its source, and who puts it to the test.

use super::{Exit, Stopped, files};
use crate::conformance::{self, profile};
use crate::reference::DEFECTS;
use std::fmt::Write;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The requirement's id, such as rfc6238.single-use
    requirement: String,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Stopped> {
    let id = arguments.requirement.as_str();
    let requirement = conformance::requirement(id).ok_or_else(|| {
        let near = files::known_requirements()
            .into_iter()
            .filter(|known| known.contains(id) || known.split('.').next() == id.split('.').next())
            .take(8)
            .collect::<Vec<_>>()
            .join(", ");
        let hint = if near.is_empty() { "see `fobwatch requirements`".to_owned() } else { near };
        Stopped::new(Exit::Usage, format!("error: there is no requirement `{id}`; {hint}"))
    })?;
    let mut text = String::new();
    let _ = writeln!(text, "{id} ({})", requirement.level);
    let _ = writeln!(text, "  {}", requirement.text);
    let _ = writeln!(text, "  source: {}", requirement.citation());
    let profiles: Vec<&str> = profile::PROFILES
        .iter()
        .filter(|profile| profile.includes(requirement))
        .map(|profile| profile.name)
        .collect();
    let _ = writeln!(text, "  profiles: {}", profiles.join(", "));
    let _ = writeln!(text, "  scenarios:");
    for plan in files::plans(&[])?.iter().filter(|plan| plan.covers.iter().any(|one| one == id)) {
        let _ = writeln!(text, "    {:<42} {}", plan.id, plan.title);
    }
    let _ = writeln!(text, "  see it broken:");
    for defect in DEFECTS.iter().filter(|defect| defect.breaks.contains(&id)) {
        let name = defect.name;
        let _ = writeln!(text, "    fobwatch run --against 'builtin:reference?defect={name}'");
    }
    super::print(&text);
    Ok(Exit::Conformant)
}
