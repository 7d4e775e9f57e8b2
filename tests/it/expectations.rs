//! What is known to fail: told, not counted, and itself a failure once it is no longer true.

use crate::reports::showcase;
use fobwatch::domain::{Day, Moment};
use fobwatch::report;
use fobwatch::runner::Run;
use fobwatch::runner::expectations::{self, KnownKind};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const SCENARIO: &str = "sign-in/replayed-code";
const DEFECTIVE: &str = "builtin:reference?defect=replay-accepted";

fn fobwatch(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fobwatch"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Plays the scenario with `lists` as the expectations file; gives the exit code and all that was
/// said.
fn played(against: &str, lists: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("known.yaml");
    fs::write(&file, lists).expect("a file");
    let fixed = ["run", "--only", SCENARIO, "--against", against, "--expectations", "known.yaml"];
    let output = fobwatch(folder.path(), &[&fixed[..], more].concat());
    let left = fs::read_to_string(&file).expect("it is still there");
    (output.status.code(), text(&output.stdout) + &text(&output.stderr), left)
}

fn list(name: &str, entry: &str) -> String {
    format!("{name}:\n  - {{ scenario: 'sign-in/replayed-*', {entry} }}\n")
}

#[test]
fn a_known_failure_is_told_and_not_counted() {
    let lists = list("known_failures", "reason: being mended, issue: PROJ-7");
    let (code, said, _) = played(DEFECTIVE, &lists, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("known  sign-in/replayed-code"), "{said}");
    assert!(said.contains("(KNOWN FAILURE PROJ-7: being mended)"), "{said}");
    assert!(said.contains("1 known to fail"), "{said}");
}

#[test]
fn a_known_failure_that_passes_makes_the_list_stale() {
    let lists = list("known_failures", "reason: was broken once");
    let (code, said, _) = played("builtin:reference", &lists, &[]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("known.yaml:2: listed to fail, and does not: sign-in/"), "{said}");
    let (code, said, left) = played("builtin:reference", &lists, &["--ratchet"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("1 entry taken off"), "{said}");
    assert_eq!(left, "known_failures:\n");
}

#[test]
fn an_entry_for_a_requirement_covers_only_that_one() {
    let rule = |id: &str| list("known_failures", &format!("requirement: {id}, reason: known"));
    let (code, said, _) = played(DEFECTIVE, &rule("guide.sms-first"), &[]);
    assert_eq!(code, Some(1), "another rule is broken: {said}");
    let folder = tempfile::tempdir().expect("a folder");
    let fixed = ["run", "--only", SCENARIO, "--against", DEFECTIVE];
    let fresh = [&fixed[..], &["--write-expectations", "known.yaml"]].concat();
    assert_eq!(fobwatch(folder.path(), &fresh).status.code(), Some(1));
    let written = fs::read_to_string(folder.path().join("known.yaml")).expect("written");
    assert!(written.contains("requirement: \"rfc6238.single-use\""), "{written}");
    let (code, said, _) = played(DEFECTIVE, &written, &[]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said, left) = played("builtin:reference", &written, &["--ratchet"]);
    assert_eq!(code, Some(0), "{said}");
    let left = expectations::read("known.yaml", &left).expect("lists");
    assert!(left.entries.is_empty(), "{left:?}");
    assert_eq!(fobwatch(folder.path(), &fresh).status.code(), Some(74), "written over");
}

#[test]
fn what_comes_and_goes_fails_nothing() {
    let lists = list("flaky", "reason: moods, issue: PROJ-8");
    let (code, said, _) = played(DEFECTIVE, &lists, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("1 flaky") && said.contains("FLAKY PROJ-8"), "{said}");
    assert_eq!(played("builtin:reference", &lists, &[]).0, Some(0));
}

#[test]
fn what_does_not_apply_is_not_played() {
    let lists = list("not_applicable", "reason: we have no tokens");
    let (code, said, _) = played(DEFECTIVE, &lists, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("skipped  sign-in/replayed-code"), "{said}");
    assert!(said.contains("(NOT APPLICABLE: we have no tokens)"), "{said}");
}

#[test]
fn an_entry_past_its_day_or_without_scenario_is_stale() {
    let lists = list("known_failures", "reason: soon mended, until: 2020-01-31");
    let (code, said, _) = played(DEFECTIVE, &lists, &["--ratchet"]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("was to hold until 2020-01-31"), "{said}");
    let lists = "flaky:\n  - { scenario: sgin-in/*, reason: a slip }\n";
    let (code, said, left) = played("builtin:reference", lists, &[]);
    assert_eq!((code, left.as_str()), (Some(3), lists), "{said}");
    assert!(said.contains("known.yaml:2: `sgin-in/*` names no scenario"), "{said}");
}

#[test]
fn a_list_with_a_mistake_is_not_used() {
    let (code, said, _) = played(DEFECTIVE, "flaky:\n  - { scenario: a, reson: b }\n", &[]);
    assert_eq!(code, Some(65), "{said}");
    assert!(said.contains("known.yaml:2") && said.contains("reson"), "{said}");
}

fn today() -> Day {
    Moment::EPOCH.day()
}

/// The run of all verdicts, with one scenario on each list.
fn known() -> Run {
    let mut run = showcase::showcase();
    let lists = "known_failures:\n  - { scenario: sign-in/*, reason: known, issue: P-1 }\n  \
                 - { scenario: sms/first-sign-in, reason: passes, issue: P-2 }\n\
                 flaky:\n  - { scenario: odd/nasty, reason: moods, issue: P-3 }\n";
    let lists = expectations::read("known.yaml", lists).expect("lists");
    lists.apply(&mut run, None, today());
    let kind = |id: &str| {
        let found = run.played.iter().find(|played| played.plan.id == id).expect("played");
        found.known_kind()
    };
    assert_eq!(kind(SCENARIO), Some(KnownKind::Failure));
    assert_eq!(kind("sms/first-sign-in"), Some(KnownKind::UnexpectedPass));
    assert_eq!(kind("odd/nasty"), Some(KnownKind::FlakyFailure));
    run
}

#[test]
fn junit_skips_what_is_known_and_fails_what_is_stale() {
    let mut xml = Vec::new();
    report::form("junit").expect("a form").write(&known(), &mut xml).expect("memory takes it");
    let xml = text(&xml);
    let read = quick_junit::Report::deserialize_from_str(&xml).expect("it is JUnit");
    let cases: Vec<_> = read.test_suites.iter().flat_map(|suite| &suite.test_cases).collect();
    let of = |id: &str| {
        let found = cases.iter().find(|case| case.name.as_str().starts_with(id));
        format!("{:?}", found.expect("a case").status)
    };
    let skipped = of(SCENARIO);
    assert!(skipped.contains("Skipped") && skipped.contains("KNOWN FAILURE P-1"), "{skipped}");
    let stale = of("sms/first-sign-in");
    assert!(stale.contains("Failure") && stale.contains("StaleExpectation"), "{stale}");
    assert!(xml.contains("<flakyFailure"), "{xml}");
}

#[test]
fn tap_and_ctrf_have_words_of_their_own_for_it() {
    let run = known();
    let tap = showcase::written(&run, "tap");
    assert!(tap.contains("# TODO KNOWN FAILURE P-1"), "{tap}");
    assert!(tap.lines().any(|line| line.starts_with("not ok") && line.contains("sms/first")));
    assert!(tap.lines().any(|line| line.starts_with("ok") && line.contains("odd/nasty")));
    let ctrf: serde_json::Value =
        serde_json::from_str(&showcase::written(&run, "ctrf")).expect("one object");
    let test = |id: &str| {
        let tests = ctrf["results"]["tests"].as_array().expect("tests");
        let named = |test: &&serde_json::Value| {
            test["name"].as_str().is_some_and(|name| name.starts_with(id))
        };
        tests.iter().find(named).expect("a test").clone()
    };
    assert_eq!(test(SCENARIO)["status"], "other");
    assert_eq!(test("sms/first-sign-in")["status"], "failed");
    assert_eq!(test("odd/nasty")["status"], "passed");
    assert_eq!(test("odd/nasty")["flaky"], true);
    let github = showcase::written(&run, "github");
    assert!(github.contains("STALE EXPECTATION P-2"), "{github}");
    assert!(!github.contains(SCENARIO), "what is known is told again: {github}");
}
