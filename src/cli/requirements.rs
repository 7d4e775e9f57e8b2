//! `fobwatch requirements`: what a profile wants, which scenarios cover it, and what no black box
//! can decide.

use super::{Exit, Stopped, files};
use crate::conformance::walkthrough::WALKTHROUGH;
use crate::conformance::{self, EVIDENCE_NEEDED, Level, Profile, profile};
use crate::scenario::Plan;
use std::fmt::Write;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The profile; may be given several times [default: guide and rfc-otp-extended]
    #[arg(long, value_name = "NAME")]
    profile: Vec<String>,
    /// Only what no black box decides, with what to hand in
    #[arg(long, conflicts_with_all = ["matrix", "guide"])]
    evidence: bool,
    /// The profiles side by side, and where they contradict each other
    #[arg(long, conflicts_with = "guide")]
    matrix: bool,
    /// The guide sentence by sentence, with its requirements and scenarios
    #[arg(long)]
    guide: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Stopped> {
    let profiles = super::run::profiles(&arguments.profile)?;
    let plans = files::plans(&[])?;
    let text = if arguments.guide {
        guide(&plans)
    } else if arguments.matrix {
        matrix(&plans)
    } else {
        let judged = if arguments.evidence { String::new() } else { judged(&profiles, &plans) };
        judged + &evidence(&profiles) + &contradictions(&profiles)
    };
    super::print(&text);
    Ok(Exit::Conformant)
}

/// The scenarios that cover `id`, each once, whatever its variations.
fn covering<'p>(plans: &'p [Plan], id: &str) -> Vec<&'p str> {
    let covers = plans.iter().filter(|plan| plan.covers.iter().any(|one| one == id));
    let mut names: Vec<&str> =
        covers.map(|plan| plan.id.split('[').next().unwrap_or_default()).collect();
    names.dedup();
    names
}

fn judged(profiles: &[&'static Profile], plans: &[Plan]) -> String {
    let mut text = String::new();
    let (mut covered, mut total) = (0, 0);
    for requirement in conformance::REQUIREMENTS
        .iter()
        .filter(|requirement| profiles.iter().any(|profile| profile.includes(requirement)))
    {
        let scenarios = covering(plans, requirement.id);
        total += 1;
        covered += usize::from(!scenarios.is_empty());
        let level = requirement.level.to_string();
        let weakness = requirement.weakness.map(|cwe| format!("  CWE-{cwe}")).unwrap_or_default();
        let source = requirement.citation();
        let _ = writeln!(text, "{:<40} {level:<6} {source}{weakness}", requirement.id);
        let _ = writeln!(text, "    {}", requirement.text);
        let by = if scenarios.is_empty() { "no scenario".to_owned() } else { scenarios.join(", ") };
        let _ = writeln!(text, "    covered by {by}");
    }
    let _ = writeln!(text, "\n{covered} of {total} requirements are covered by shipped scenarios");
    text
}

fn evidence(profiles: &[&'static Profile]) -> String {
    let mut text = String::from("\nNo black box decides these; hand in what each asks for:\n");
    let belongs = |id: &str| {
        let mut needed = profiles.iter().flat_map(|profile| profile.evidence_needed());
        needed.any(|one| one.id == id)
    };
    let mut count = 0;
    for needed in EVIDENCE_NEEDED.iter().filter(|needed| belongs(needed.id)) {
        count += 1;
        let level = needed.level.to_string();
        let _ = writeln!(text, "{:<40} {level:<6} {}", needed.id, needed.citation());
        let _ = writeln!(text, "    {}", needed.text);
        let _ = writeln!(text, "    evidence needed: {}", needed.evidence);
    }
    let _ = writeln!(text, "\n{count} requirements need evidence from inside");
    text
}

/// Where the chosen profiles contradict each other, or the guide.
fn contradictions(profiles: &[&'static Profile]) -> String {
    let mut text = String::new();
    for (at, one) in profiles.iter().enumerate() {
        for other in &profiles[at..] {
            for (left, right) in one.conflicts_with(other) {
                if one.name == other.name && left.id > right.id {
                    continue;
                }
                let _ = writeln!(
                    text,
                    "{} and {} contradict each other: {} and {} cannot both be kept",
                    one.name, other.name, left.id, right.id
                );
            }
        }
    }
    text
}

/// The profiles side by side.
fn matrix(plans: &[Plan]) -> String {
    let mut text = format!(
        "{:<24} {:>6} {:>6} {:>7} {:>9}  {}\n",
        "profile", "MUST", "SHOULD", "covered", "evidence", "contradicts the guide in"
    );
    let guide = profile::by_name("guide");
    for profile in profile::PROFILES {
        let count = |level| profile.requirements().filter(|one| one.level == level).count();
        let covered =
            profile.requirements().filter(|one| !covering(plans, one.id).is_empty()).count();
        let mut against: Vec<&str> = guide
            .map(|guide| profile.conflicts_with(guide))
            .unwrap_or_default()
            .into_iter()
            .map(|(left, _)| left.id)
            .filter(|id| !id.starts_with("guide.") && profile.name != "all")
            .collect();
        against.dedup();
        let _ = writeln!(
            text,
            "{:<24} {:>6} {:>6} {:>7} {:>9}  {}",
            profile.name,
            count(Level::Must),
            count(Level::Should),
            covered,
            profile.evidence_needed().count(),
            against.join(", ")
        );
    }
    text
}

/// The guide with its requirements and scenarios.
fn guide(plans: &[Plan]) -> String {
    let mut text = String::new();
    for sentence in WALKTHROUGH {
        let _ = writeln!(text, "{}: {}", sentence.step, sentence.says);
        for id in sentence.requirements {
            let scenarios = covering(plans, id);
            let by = match (conformance::requirement(id), scenarios.as_slice()) {
                (None, _) => "evidence needed".to_owned(),
                (Some(_), []) => "no scenario".to_owned(),
                (Some(_), [one]) => (*one).to_owned(),
                (Some(_), [one, others @ ..]) => format!("{one} and {} more", others.len()),
            };
            let _ = writeln!(text, "    {id:<40} {by}");
        }
    }
    text
}
