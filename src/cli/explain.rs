//! `fobwatch explain`: one requirement, its source, and who puts it to the test.

use super::{Exit, Stopped, files};
use crate::conformance::{self, EVIDENCE_NEEDED, profile};
use crate::reference::DEFECTS;
use std::fmt::Write;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The requirement's id, such as rfc6238.single-use
    requirement: String,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Stopped> {
    let id = arguments.requirement.as_str();
    if let Some(needed) = EVIDENCE_NEEDED.iter().find(|needed| needed.id == id) {
        super::print(&format!(
            "{id} ({})\n  {}\n  source: {}\n  profiles: {}\n  no black box decides it; hand in: {}\n",
            needed.level,
            needed.text,
            needed.citation(),
            needed.profiles.join(", "),
            needed.evidence
        ));
        return Ok(Exit::Conformant);
    }
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
    if !requirement.conflicts_with.is_empty() {
        let _ = writeln!(text, "  contradicts: {}", requirement.conflicts_with.join(", "));
    }
    if let Some(cwe) = requirement.weakness {
        let _ = writeln!(text, "  weakness: CWE-{cwe}");
    }
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
