//! Each form as a program reads it that has nothing to do with us: what was written comes back,
//! and a report that is broken in one place is refused, so that the reader is known to look.

use super::showcase::{with_known_failure, written};
use crate::{clients, stage};
use serde_json::{Value, json};

/// A form, and the script that reads it.
const READERS: [(&str, &str); 4] = [
    ("junit", "junit_reader.py"),
    ("ctrf", "ctrf_reader.cjs"),
    ("sarif", "sarif_reader.cjs"),
    ("tap", "tap_reader.py"),
];

/// What the reader of `form` makes of `text`.
fn read_text(form: &str, text: &str) -> Value {
    let (_, script) = READERS.iter().find(|(name, _)| *name == form).expect("it has a reader");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report");
    std::fs::write(&file, text).expect("a file");
    let path = file.display().to_string();
    stage::runtime().block_on(clients::run(script, &[&path]))
}

fn read(form: &str) -> Value {
    read_text(form, &written(&with_known_failure(), form))
}

fn list<'a>(read: &'a Value, name: &str) -> &'a Vec<Value> {
    read[name].as_array().unwrap_or_else(|| panic!("there is no {name}: {read}"))
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// The entry whose `name` begins with the scenario's id.
fn of<'a>(all: &'a [Value], id: &str) -> &'a Value {
    let wanted = format!("{id} ");
    all.iter()
        .find(|one| one["name"].as_str().is_some_and(|name| name.starts_with(&wanted)))
        .expect("the scenario is there")
}

#[test]
fn junitparser_counts_the_cases_and_reads_each_with_its_message() {
    let read = read("junit");
    assert_eq!(read["told"], json!([7, 2, 0, 3]), "tests, failures, errors, skipped");
    assert_eq!(read["counted"], read["told"], "the reader's own count");
    let cases = list(&read, "cases");
    let result = |id: &str| {
        let results = list(of(cases, id), "results");
        assert_eq!(results.len(), 1, "{id}: {results:?}");
        results[0].clone()
    };
    let kinds = ["sign-in/replayed-code", "odd/stuck", "odd/lacking", "odd/known", "odd/nasty"]
        .map(|id| text(&result(id)["kind"]).to_owned());
    assert_eq!(kinds, ["failure", "skipped", "skipped", "skipped", "failure"]);
    let failure = result("sign-in/replayed-code");
    assert_eq!(failure["type"], "rfc6238.single-use");
    assert!(text(&failure["message"]).starts_with("rfc6238.single-use (MUST"), "{failure}");
    assert!(text(&failure["text"]).contains("the spent code is refused"), "{failure}");
    let known = result("odd/known");
    assert!(text(&known["message"]).starts_with("KNOWN FAILURE OTP-7: the next"), "{known}");
    assert!(text(&result("odd/nasty")["text"]).contains("100%, a:b ]]> end[31m"));
    for (id, note) in [("sms/first-sign-in", Value::Null), ("odd/weak", json!("WEAK "))] {
        let case = of(cases, id);
        assert!(list(case, "results").is_empty(), "{id} passed");
        let head = case["system_out"].as_str().map(|text| &text[..5]);
        assert_eq!(json!(head), note, "{id}");
    }
}

#[test]
fn the_reference_implementation_of_ctrf_reads_statuses_and_messages() {
    let read = read("ctrf");
    assert_eq!(read["refused"], json!([]));
    let numbers = |of: &str| {
        ["tests", "passed", "failed", "skipped", "pending", "other"]
            .map(|name| read[of][name].as_u64().expect("a number"))
    };
    assert_eq!(numbers("told"), [7, 2, 2, 1, 1, 1]);
    assert_eq!(numbers("counted"), numbers("told"), "the reader's own count");
    let tests = list(&read, "tests");
    for (id, status, message) in [
        ("sign-in/replayed-code", "failed", Some("rfc6238.single-use (MUST")),
        ("sms/first-sign-in", "passed", None),
        ("odd/weak", "passed", Some("WEAK delivery.once")),
        ("odd/stuck", "pending", Some("INCONCLUSIVE no answer")),
        ("odd/lacking", "skipped", Some("UNSUPPORTED the subject has no x")),
        ("odd/nasty", "failed", Some("rfc6238.single-use (MUST")),
        ("odd/known", "other", Some("KNOWN FAILURE OTP-7: the next release")),
    ] {
        let test = of(tests, id);
        assert_eq!(test["status"], status, "{id}");
        let said = test["message"].as_str();
        assert_eq!(said.is_some(), message.is_some(), "{id}: {said:?}");
        assert!(said.unwrap_or_default().starts_with(message.unwrap_or_default()), "{said:?}");
    }
}

#[test]
fn sarif_is_valid_by_the_published_schema_and_each_result_has_rule_and_message() {
    let read = read("sarif");
    assert_eq!(read["refused"], json!([]));
    let results = list(&read, "results");
    let told: Vec<(&str, &str)> =
        results.iter().map(|one| (text(&one["ruleId"]), text(&one["level"]))).collect();
    let replay = ("rfc6238.single-use", "error");
    assert_eq!(told, [replay, replay, replay, ("delivery.once", "warning")]);
    for (result, scenario) in
        results.iter().zip(["sign-in/replayed-code", "odd/nasty", "odd/known", "odd/weak"])
    {
        let message = text(&result["message"]);
        assert!(message.contains(&format!("Scenario {scenario}.")), "{message}");
    }
}

#[test]
fn tap_py_finds_the_whole_document_in_order_and_a_known_failure_to_be_done() {
    let read = read("tap");
    assert_eq!(read["refused"], json!([]));
    let known = list(&read, "document").last().expect("a last line");
    assert_eq!([&known["ok"], &known["todo"]], [false, true]);
    let reason = text(&known["directive"]);
    assert!(reason.starts_with("TODO KNOWN FAILURE OTP-7: the next release"), "{reason}");
}

/// A report broken in one place, and what its reader must say of it.
#[test]
fn every_reader_refuses_a_report_that_is_broken_in_one_place() {
    for (form, right, wrong, complaint) in [
        ("junit", "</testsuites>", "", "no element found"),
        ("junit", "testsuites", "testsuits", "Invalid format"),
        ("ctrf", "\"rawStatus\"", "\"roughStatus\"", "must NOT have additional properties"),
        ("ctrf", "\"status\": \"other\"", "\"status\": \"known\"", "must be equal to one of"),
        ("sarif", "\"ruleId\"", "\"ruleName\"", "should NOT have additional properties"),
        ("sarif", "\"level\": \"error\"", "\"level\": \"bad\"", "should be equal to one of"),
        ("tap", "1..7", "1..8", "Expected 8 tests but only 7 ran"),
        ("tap", "1..7\n", "", "Missing a plan"),
    ] {
        let sound = written(&with_known_failure(), form);
        let broken = sound.replace(right, wrong);
        assert_ne!(sound, broken, "{form} has no {right}");
        let read = read_text(form, &broken);
        let refused = list(&read, "refused");
        let complains = refused.iter().any(|one| text(one).contains(complaint));
        assert!(complains, "{form} without {right}: {refused:?}");
    }
}
