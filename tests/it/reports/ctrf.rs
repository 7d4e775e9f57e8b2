//! CTRF against the rules of its published schema, written down here field by field: every object
//! of it is closed, so that a field it does not know is an error.

use super::showcase::{showcase, written};
use serde_json::{Map, Value};

/// What a field must be.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Integer,
    Texts,
    Any,
    Words(&'static [&'static str]),
}

/// Each field of an object, whether it is required, and what it must be.
type Fields = &'static [(&'static str, bool, Kind)];

const STATUS: Kind = Kind::Words(&["passed", "failed", "skipped", "pending", "other"]);

const REPORT: Fields = &[
    ("reportFormat", true, Kind::Words(&["CTRF"])),
    ("specVersion", true, Kind::Text),
    ("generatedBy", false, Kind::Text),
    ("results", true, Kind::Any),
];

const RESULTS: Fields = &[
    ("tool", true, Kind::Any),
    ("summary", true, Kind::Any),
    ("tests", true, Kind::Any),
    ("environment", false, Kind::Any),
];

const TOOL: Fields = &[("name", true, Kind::Text), ("version", false, Kind::Text)];

const SUMMARY: Fields = &[
    ("tests", true, Kind::Integer),
    ("passed", true, Kind::Integer),
    ("failed", true, Kind::Integer),
    ("skipped", true, Kind::Integer),
    ("pending", true, Kind::Integer),
    ("other", true, Kind::Integer),
    ("start", true, Kind::Integer),
    ("stop", true, Kind::Integer),
    ("suites", false, Kind::Integer),
    ("duration", false, Kind::Integer),
];

const ENVIRONMENT: Fields = &[("testEnvironment", false, Kind::Text), ("extra", false, Kind::Any)];

const TEST: Fields = &[
    ("name", true, Kind::Text),
    ("status", true, STATUS),
    ("duration", true, Kind::Integer),
    ("suite", false, Kind::Texts),
    ("message", false, Kind::Text),
    ("trace", false, Kind::Text),
    ("snippet", false, Kind::Text),
    ("line", false, Kind::Integer),
    ("rawStatus", false, Kind::Text),
    ("tags", false, Kind::Texts),
    ("labels", false, Kind::Any),
    ("type", false, Kind::Text),
    ("filePath", false, Kind::Text),
    ("steps", false, Kind::Any),
    ("parameters", false, Kind::Any),
    ("extra", false, Kind::Any),
];

const STEP: Fields =
    &[("name", true, Kind::Text), ("status", true, STATUS), ("extra", false, Kind::Any)];

fn is(kind: Kind, value: &Value) -> bool {
    match kind {
        Kind::Text => value.as_str().is_some_and(|text| !text.is_empty()),
        Kind::Integer => value.is_u64(),
        Kind::Texts => value.as_array().is_some_and(|all| all.iter().all(Value::is_string)),
        Kind::Words(words) => value.as_str().is_some_and(|word| words.contains(&word)),
        Kind::Any => true,
    }
}

fn checked(value: &Value, fields: Fields) -> &Map<String, Value> {
    let object = value.as_object().expect("an object");
    for (name, required, kind) in fields {
        match object.get(*name) {
            Some(value) => assert!(is(*kind, value), "{name} is no {kind:?}: {value}"),
            None => assert!(!required, "{name} is missing in {value}"),
        }
    }
    let known = |name: &String| fields.iter().any(|(field, ..)| field == name);
    assert_eq!(object.keys().find(|name| !known(name)), None);
    object
}

fn tests(report: &Value) -> &Vec<Value> {
    report["results"]["tests"].as_array().expect("a list")
}

fn read() -> Value {
    serde_json::from_str(&written(&showcase(), "ctrf")).expect("it is JSON")
}

#[test]
fn every_field_is_one_of_the_schema_and_of_its_kind() {
    let report = read();
    checked(&report, REPORT);
    let results = checked(&report["results"], RESULTS);
    checked(&results["tool"], TOOL);
    checked(&results["summary"], SUMMARY);
    checked(&results["environment"], ENVIRONMENT);
    for test in tests(&report) {
        let test = checked(test, TEST);
        assert!(!test["suite"].as_array().expect("a list").is_empty());
        let labels = test["labels"].as_object().expect("an object");
        let scalar = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
        for label in labels.values() {
            let list =
                label.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(scalar));
            assert!(scalar(label) || list, "{label}");
        }
        for step in test["steps"].as_array().expect("a list") {
            checked(step, STEP);
        }
    }
}

#[test]
fn statuses_keep_our_verdict_beside_theirs() {
    let report = read();
    let told: Vec<(&str, &str)> = tests(&report)
        .iter()
        .map(|test| {
            (test["status"].as_str().expect("one"), test["rawStatus"].as_str().expect("one"))
        })
        .collect();
    let expected = [
        ("failed", "fail"),
        ("passed", "pass"),
        ("passed", "weak"),
        ("pending", "inconclusive"),
        ("skipped", "skipped"),
        ("failed", "fail"),
    ];
    assert_eq!(told, expected);
    let summary = &report["results"]["summary"];
    let number = |name: &str| summary[name].as_u64().expect("a number");
    let counted = ["passed", "failed", "pending", "skipped", "other"].map(number);
    assert_eq!(counted, [2, 2, 1, 1, 0]);
    assert_eq!(counted.iter().sum::<u64>(), number("tests"));
    assert_eq!([number("start"), number("stop")], [0, 1_234]);
}

#[test]
fn a_failure_has_its_place_its_step_and_its_requirements() {
    let report = read();
    let failed = &tests(&report)[0];
    assert_eq!(failed["filePath"], "scenarios/sign-in/replayed-code.yaml");
    let line = failed["line"].as_u64().expect("a line");
    let steps = failed["steps"].as_array().expect("steps");
    assert!(steps.iter().any(|step| step["extra"]["line"] == line), "{line}");
    let requirements = failed["extra"]["requirements"].as_array().expect("a list");
    let broken = requirements
        .iter()
        .find(|requirement| requirement["id"] == "rfc6238.single-use")
        .expect("the broken one");
    assert_eq!(broken["finding"], "broken");
    assert_eq!(broken["level"], "MUST");
}

#[test]
fn a_variation_has_its_axes_as_parameters_and_its_file_as_suite() {
    let mut run = showcase();
    let first = &mut run.played[0];
    let mut plan = (*first.plan).clone();
    plan.variation = "[ratio=1/2,round=2]".to_owned();
    plan.id += &plan.variation;
    first.plan = std::sync::Arc::new(plan);
    let report: Value = serde_json::from_str(&written(&run, "ctrf")).expect("it is JSON");
    let test = &tests(&report)[0];
    assert_eq!(test["parameters"], serde_json::json!({ "ratio": "1/2", "round": "2" }));
    assert_eq!(test["suite"], serde_json::json!(["fobwatch", "sign-in"]));
}
