//! What people read: the terminal's report, the forms for other programs, and the command's exit
//! codes.

mod ctrf;
mod github;
mod junit;
mod readers;
mod sarif;
pub(crate) mod showcase;
mod tap;

use crate::stage;
use fobwatch::report::{self, terminal};
use fobwatch::runner::Run;
use std::process::{Command, Output};

fn fobwatch(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fobwatch"))
        .args(arguments)
        .env("NO_COLOR", "1")
        .output()
        .expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// The report without its one line that tells how long the run took.
fn shown(run: &Run) -> String {
    let mut bytes = Vec::new();
    terminal::write(run, terminal::Detail::TroubleOnly, &mut bytes).expect("memory takes it");
    let plain = anstream::adapter::strip_str(&text(&bytes)).to_string();
    let took = regex::Regex::new(r"· \d+ ms").expect("a pattern");
    took.replace_all(&plain, "· N ms").into_owned()
}

fn defective(name: &str, only: &str) -> Run {
    showcase::played(name, &[only])
}

#[test]
fn a_failure_shows_place_rule_expected_observed_evidence_and_how_to_see_it_again() {
    let run = defective("replay-accepted", "sign-in/replayed-code");
    insta::assert_snapshot!("a_replayed_code", shown(&run));
}

#[test]
fn junit_is_read_back_with_the_failure_in_message_and_body() {
    let run = defective("code-in-page", "sms/first-sign-in");
    let mut xml = Vec::new();
    report::form("junit").expect("a form").write(&run, &mut xml).expect("memory takes it");
    let read = quick_junit::Report::deserialize_from_str(&text(&xml)).expect("it is JUnit");
    let case = &read.test_suites[0].test_cases[0];
    assert_eq!(case.classname.as_ref().map(quick_junit::XmlString::as_str), Some("fobwatch.sms"));
    assert!(case.name.as_str().starts_with("sms/first-sign-in "));
    let quick_junit::TestCaseStatus::NonSuccess { message, description, .. } = &case.status else {
        panic!("the defect must fail: {:?}", case.status);
    };
    let message = message.as_ref().expect("a message").as_str();
    assert!(message.starts_with("privacy.code-not-shown"), "{message}");
    let body = description.as_ref().expect("a body").as_str();
    assert!(body.contains("fobwatch run --only sms/first-sign-in"), "{body}");
}

#[test]
fn junit_names_are_unique_and_hold_no_seed() {
    let names = |seed| {
        let run = stage::runtime()
            .block_on(async { stage::run("builtin:reference", seed, &stage::post().await).await });
        let mut xml = Vec::new();
        report::form("junit").expect("a form").write(&run, &mut xml).expect("memory takes it");
        let read = quick_junit::Report::deserialize_from_str(&text(&xml)).expect("it is JUnit");
        let cases = read.test_suites.iter().flat_map(|suite| &suite.test_cases);
        cases.map(|case| case.name.as_str().to_owned()).collect::<Vec<_>>()
    };
    let first = names(1);
    let mut unique = first.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), first.len());
    assert_eq!(first, names(2));
}

#[test]
fn exit_codes_mean_what_the_help_says() {
    let code = |arguments: &[&str]| fobwatch(arguments).status.code();
    let only = ["--only", "sign-in/replayed-code"];
    assert_eq!(code(&["run", only[0], only[1]]), Some(0));
    let against = "builtin:reference?defect=replay-accepted";
    assert_eq!(code(&["run", only[0], only[1], "--against", against]), Some(1));
    assert_eq!(code(&["run", "--against", "builtin:reference?defect=nonsense"]), Some(64));
    assert_eq!(code(&["run", "--only", "no/such"]), Some(64));
    assert_eq!(code(&["check", "fixtures/broken"]), Some(65));
    assert_eq!(code(&["run", "fixtures/broken"]), Some(65));
    let unwritable = "ndjson=/nowhere/at/all.ndjson";
    assert_eq!(code(&["run", only[0], only[1], "--report", unwritable]), Some(74));
}

#[test]
fn a_report_on_standard_output_stands_there_alone() {
    let only = ["run", "--only", "sign-in/replayed-code", "--report"];
    let output = fobwatch(&[&only[..], &["ctrf=-"]].concat());
    let read: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON alone");
    assert_eq!(read["results"]["summary"]["passed"], 1);
    assert!(text(&output.stderr).contains("1 passed"), "{output:?}");
    let against = ["--against", "builtin:reference?defect=replay-accepted"];
    let output = fobwatch(&[&only[..], &["github"], &against].concat());
    let annotations = text(&output.stdout);
    assert!(annotations.lines().all(|line| line.starts_with("::error ")), "{annotations}");
    assert_eq!(output.status.code(), Some(1));
    let output = fobwatch(&[&only[..], &["junit"]].concat());
    assert_eq!(output.status.code(), Some(64), "only a form for logs may go without a file");
    assert!(text(&output.stderr).contains("sarif=FILE"), "{output:?}");
}

#[test]
fn a_subject_that_cannot_be_reached_is_nobodys_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let map = folder.path().join("nobody.yaml");
    // Port 9 is discard; nothing listens there.
    let text_of_map = "map: 1\nname: nobody\nbase: http://127.0.0.1:9\n\
        operations:\n  provision:\n    requests:\n      - request: POST /users\n    \
        replies:\n      - when: { status: 200 }\n        reply: done\n";
    std::fs::write(&map, text_of_map).expect("a file");
    let against = format!("map:{}", map.display());
    let output = fobwatch(&["run", "--only", "sms/resend", "--against", &against]);
    let shown = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{shown}");
    assert!(shown.contains("inconclusive"), "{shown}");
    assert!(!shown.contains("broken:"), "{shown}");
}

#[test]
fn an_unknown_word_is_answered_with_a_near_one() {
    let output = fobwatch(&["run", "--against", "builtin:reference?defect=replay-acepted"]);
    let answer = text(&output.stderr);
    assert!(answer.contains("did you mean") && answer.contains("replay-accepted"), "{answer}");
    let output = fobwatch(&["explain", "rfc6238.single"]);
    assert!(text(&output.stderr).contains("rfc6238.single-use"), "{output:?}");
}

#[test]
fn the_help_teaches_by_examples() {
    let help = text(&fobwatch(&["--help"]).stdout);
    for word in ["Examples:", "Exit codes:", "run", "gateways", "reference", "explain"] {
        assert!(help.contains(word), "{word} is not in the help:\n{help}");
    }
}
