//! JUnit XML in the dialect that GitLab, Jenkins and the GitHub actions read: unique stable names,
//! text in the element's body and its message attribute, no seeds or ports in names.

use super::Form;
use super::trouble::{self, Trouble};
use crate::conformance::Verdict;
use crate::runner::{Played, Run};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::io::{self, Write};

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
        for (folder, played) in by_folder(run) {
            let mut suite = TestSuite::new(format!("fobwatch.{folder}"));
            for one in played {
                suite.add_test_case(test_case(run, folder, one));
            }
            report.add_test_suite(suite);
        }
        report.serialize(&mut *output).map_err(io::Error::other)
    }
}

/// Groups scenarios by their folder, keeping the order of the catalogue.
fn by_folder(run: &Run) -> Vec<(&str, Vec<&Played>)> {
    let mut groups: Vec<(&str, Vec<&Played>)> = Vec::new();
    for played in &run.played {
        let folder = played.plan.id.rsplit_once('/').map_or("scenarios", |(folder, _)| folder);
        match groups.iter_mut().find(|(known, _)| *known == folder) {
            Some((_, group)) => group.push(played),
            None => groups.push((folder, vec![played])),
        }
    }
    groups
}

fn test_case(run: &Run, folder: &str, played: &Played) -> TestCase {
    let mut case =
        TestCase::new(format!("{} {}", played.plan.id, played.plan.title), status(run, played));
    case.set_classname(format!("fobwatch.{folder}"));
    case.extra.insert("file".into(), played.plan.file.as_str().into());
    case
}

fn status(run: &Run, played: &Played) -> TestCaseStatus {
    let troubles = trouble::troubles(run, played);
    let headline = troubles.first().map_or_else(
        || played.remark.clone().unwrap_or_else(|| played.verdict.to_string()),
        Trouble::headline,
    );
    let body: Vec<String> = troubles.iter().map(Trouble::plain).collect();
    let mut status = match played.verdict {
        Verdict::Pass | Verdict::Weak => return TestCaseStatus::success(),
        Verdict::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Inconclusive | Verdict::Skipped => TestCaseStatus::skipped(),
    };
    let message = match played.verdict {
        Verdict::Inconclusive => format!("INCONCLUSIVE {headline}"),
        Verdict::Skipped => format!("UNSUPPORTED {headline}"),
        Verdict::Pass | Verdict::Weak | Verdict::Fail => headline,
    };
    let text = if body.is_empty() { message.clone() } else { body.join("\n") };
    status.set_message(message);
    status.set_description(text);
    status
}
