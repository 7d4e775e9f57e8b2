//! Tells people how a run came out. A report decides nothing: it only says.

mod case;
mod ctrf;
pub mod difference;
mod evidence;
mod github;
mod github_summary;
mod junit;
pub mod load;
pub mod mutants;
mod ndjson;
mod sarif;
mod severity;
mod tap;
pub mod terminal;
pub mod trouble;
mod wording;

use crate::conformance::{Finding, REQUIREMENTS, Requirement, Verdict};
use crate::journal::Event;
use crate::runner::Run;
use case::Outcome;
use std::io::{self, Write};

/// One way to write a run down in a file.
pub trait Form: Sync {
    /// Its name after `--report`.
    fn name(&self) -> &'static str;

    /// What it is for, one line.
    fn purpose(&self) -> &'static str;

    /// Whether it is made for the log of a run: it goes to standard output unless told otherwise.
    fn is_for_a_log(&self) -> bool {
        false
    }

    /// Writes the whole run.
    ///
    /// # Errors
    /// Whatever `output` says.
    fn write(&self, run: &Run, output: &mut dyn Write) -> io::Result<()>;
}

/// Every form, one line each.
pub static FORMS: &[&dyn Form] = &[
    &junit::Junit,
    &ndjson::Ndjson,
    &ctrf::Ctrf,
    &tap::Tap,
    &sarif::Sarif,
    &github::Github,
    &github_summary::GithubSummary,
];

/// The form called `name`.
#[must_use]
pub fn form(name: &str) -> Option<&'static dyn Form> {
    FORMS.iter().copied().find(|form| form.name() == name)
}

/// How a requirement fared over all scenarios of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Some scenario tested it, and it held in all that did.
    Kept,
    /// It did not hold in at least one.
    Broken,
    /// No scenario put it to the test.
    Untested,
}

/// How every requirement of the run's profiles fared, in the order of the register.
#[must_use]
pub fn standings(run: &Run) -> Vec<(&'static Requirement, Standing)> {
    let profiles = &run.settings.profiles;
    let chosen = REQUIREMENTS
        .iter()
        .copied()
        .filter(|requirement| profiles.iter().any(|profile| profile.includes(requirement)));
    chosen.map(|requirement| (requirement, standing(run, requirement))).collect()
}

fn standing(run: &Run, requirement: &Requirement) -> Standing {
    let judgements = run.played.iter().flat_map(|played| &played.judgements);
    let mut standing = Standing::Untested;
    for judgement in judgements.filter(|judgement| judgement.requirement.id == requirement.id) {
        match judgement.finding {
            Finding::Broken { .. } => return Standing::Broken,
            Finding::Kept { .. } => standing = Standing::Kept,
            Finding::Untested => {}
        }
    }
    standing
}

/// The numbers of a run, as the summary shows them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Scenarios that passed.
    pub passed: usize,
    /// Scenarios with a weak pass.
    pub weak: usize,
    /// Scenarios that failed, and were not known to.
    pub failed: usize,
    /// Scenarios that failed as they are listed to.
    pub known: usize,
    /// Scenarios that failed and are listed to come and go.
    pub flaky: usize,
    /// Scenarios that are listed to fail and did not.
    pub stale: usize,
    /// Scenarios of which nothing can be said.
    pub inconclusive: usize,
    /// Scenarios that the subject lacks a feature for.
    pub skipped: usize,
    /// Steps that were done.
    pub steps: usize,
    /// Expectations that were compared.
    pub expectations: usize,
    /// Requirements kept.
    pub kept: usize,
    /// Requirements broken.
    pub broken: usize,
    /// Requirements that no scenario put to the test.
    pub untested: usize,
}

impl Numbers {
    /// Counts.
    #[must_use]
    pub fn of(run: &Run) -> Self {
        let mut numbers = Self::default();
        for played in &run.played {
            *match Outcome::of(played) {
                Outcome::Passed if played.verdict == Verdict::Weak => &mut numbers.weak,
                Outcome::Passed => &mut numbers.passed,
                Outcome::Failed => &mut numbers.failed,
                Outcome::KnownFailure => &mut numbers.known,
                Outcome::Stale => &mut numbers.stale,
                Outcome::Flaky => &mut numbers.flaky,
                Outcome::Undecided => &mut numbers.inconclusive,
                Outcome::Skipped => &mut numbers.skipped,
            } += 1;
            let last = played.entries.iter().filter_map(|entry| entry.step).max();
            numbers.steps += last.map_or(0, |step| step as usize + 1);
            let compared = |event: &Event| matches!(event, Event::Compared { .. });
            numbers.expectations +=
                played.entries.iter().filter(|entry| compared(&entry.event)).count();
        }
        for (_, standing) in standings(run) {
            *match standing {
                Standing::Kept => &mut numbers.kept,
                Standing::Broken => &mut numbers.broken,
                Standing::Untested => &mut numbers.untested,
            } += 1;
        }
        numbers
    }
}
