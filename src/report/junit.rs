//! JUnit XML in the dialect that GitLab, Jenkins and the GitHub actions read: unique stable names,
//! text in the element's body and its message attribute, file and line of the step that went wrong.
//!
//! There are no dates in it and no seeds or ports in names, and the times are those of the
//! scenario's own clock: two runs with one seed give the same bytes.

use super::Form;
use super::case::{Case, Outcome, cases};
use super::trouble::Cause;
use super::wording::{clipped, one_line, printable};
use crate::conformance::Verdict;
use crate::runner::Run;
use quick_junit::{
    NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestRerun, TestSuite,
};
use std::io::{self, Write};
use std::time::Duration;

/// Jenkins keeps 1,000 characters of what a passing case has written and cuts the middle out.
const LONGEST_NOTE: usize = 900;

pub(super) struct Junit;

impl Form for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn purpose(&self) -> &'static str {
        "JUnit XML for GitLab, Jenkins and GitHub actions"
    }

    fn write(&self, run: &Run, output: &mut dyn Write) -> io::Result<()> {
        let mut report = Report::new("fobwatch");
        let mut whole = Duration::ZERO;
        for (class, cases) in by_class(run) {
            let mut suite = TestSuite::new(class);
            let took = cases.iter().map(Case::took).sum();
            suite.set_time(took);
            whole += took;
            suite.add_test_cases(cases.iter().map(test_case));
            report.add_test_suite(suite);
        }
        report.set_time(whole);
        report.serialize(&mut *output).map_err(io::Error::other)
    }
}

/// Groups scenarios by their folder, keeping the order of the catalogue.
fn by_class(run: &Run) -> Vec<(String, Vec<Case<'_>>)> {
    let mut groups: Vec<(String, Vec<Case<'_>>)> = Vec::new();
    for case in cases(run) {
        let class = case.class();
        match groups.iter_mut().find(|(known, _)| *known == class) {
            Some((_, group)) => group.push(case),
            None => groups.push((class, vec![case])),
        }
    }
    groups
}

fn test_case(case: &Case<'_>) -> TestCase {
    let mut written = TestCase::new(case.name(), status(case));
    written.set_classname(case.class());
    written.set_time(case.took());
    let file = one_line(&case.played.plan.file);
    written.extra.insert("file".into(), file.trim_start_matches("./").into());
    if let Some(line) = case.line() {
        written.extra.insert("line".into(), line.to_string().into());
    }
    // Only some readers keep properties, so that the body names the requirements too.
    written.add_properties(case.tested().map(|(requirement, word)| {
        Property::new("requirement", format!("{} {word}", requirement.id))
    }));
    if case.played.verdict == Verdict::Weak
        && let Some(text) = case.text()
    {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        written.set_system_out(clipped(&lines, LONGEST_NOTE));
    }
    written
}

fn status(case: &Case<'_>) -> TestCaseStatus {
    let message = case.message().unwrap_or_default();
    let text = printable(&case.text().unwrap_or_default());
    let outcome = Outcome::of(case.played);
    let mut status = match outcome {
        Outcome::Passed => return TestCaseStatus::success(),
        Outcome::Flaky => return flaky(message, text),
        Outcome::Failed | Outcome::Stale => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Outcome::KnownFailure | Outcome::Undecided | Outcome::Skipped => TestCaseStatus::skipped(),
    };
    status.set_message(message);
    status.set_description(text);
    match outcome {
        Outcome::Failed => status.set_type(cause(case)),
        Outcome::Stale => status.set_type("StaleExpectation"),
        Outcome::Passed
        | Outcome::Flaky
        | Outcome::KnownFailure
        | Outcome::Undecided
        | Outcome::Skipped => &mut status,
    };
    status
}

fn cause(case: &Case<'_>) -> &'static str {
    case.troubles.first().map_or("failure", |trouble| match trouble.cause {
        Cause::Requirement(requirement) => requirement.id,
        Cause::Expectation => "expectation",
    })
}

/// A success with a failed attempt, as test runners write what they tried again.
fn flaky(message: String, text: String) -> TestCaseStatus {
    let mut attempt = TestRerun::new(NonSuccessKind::Failure);
    attempt.set_type("flaky").set_message(message).set_description(text);
    let mut status = TestCaseStatus::success();
    status.add_rerun(attempt);
    status
}
