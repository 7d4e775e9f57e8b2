//! TAP as tap.py reads it, a reader that has nothing to do with us.

use super::showcase::{showcase, written};
use crate::{clients, stage};
use serde_json::Value;

fn read() -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("run.tap");
    std::fs::write(&file, written(&showcase(), "tap")).expect("a file");
    let path = file.display().to_string();
    stage::runtime().block_on(clients::run("tap_reader.py", &[&path]))
}

#[test]
fn tap_py_reads_every_test_point_and_its_diagnosis() {
    let read = read();
    let document = read["document"].as_array().expect("a list");
    assert_eq!(document[0]["version"], 14);
    assert_eq!(document[1]["plan"], 6);
    let points: Vec<&Value> = document.iter().filter(|line| line["number"].is_u64()).collect();
    let told: Vec<(bool, bool)> =
        points.iter().map(|point| (point["ok"] == true, point["skip"] == true)).collect();
    let (ok, not_ok, skip) = ((true, false), (false, false), (true, true));
    assert_eq!(told, [not_ok, ok, ok, skip, skip, not_ok]);
    let numbers: Vec<u64> = points.iter().filter_map(|point| point["number"].as_u64()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    let failed = &points[0]["yaml"];
    assert_eq!(failed["verdict"], "fail");
    assert_eq!(failed["at"]["file"], "scenarios/sign-in/replayed-code.yaml");
    assert!(failed["at"]["line"].is_u64(), "{failed}");
    assert!(points[1]["yaml"].is_null(), "a pass needs no diagnosis");
    assert_eq!(points[2]["yaml"]["verdict"], "weak");
    let reason = points[3]["directive"].as_str().expect("a reason");
    assert!(reason.starts_with("SKIP INCONCLUSIVE no answer"), "{reason}");
    let reason = points[4]["directive"].as_str().expect("a reason");
    assert!(reason.starts_with("SKIP UNSUPPORTED the subject has no x"), "{reason}");
}

#[test]
fn nothing_that_a_subject_says_ends_a_block_or_adds_a_test_point() {
    let read = read();
    let document = read["document"].as_array().expect("a list");
    let nasty = &document.last().expect("a last line")["yaml"];
    let lines = nasty["text"].as_array().expect("a list");
    let said = |wanted: &str| lines.iter().any(|line| line.as_str() == Some(wanted));
    assert!(said("  ...") && said("not ok 99 # SKIP"), "{lines:?}");
    let message = nasty["message"].as_str().expect("a message");
    assert!(message.starts_with("rfc6238.single-use (MUST"), "{message}");
}

#[test]
fn the_steps_are_a_document_of_their_own() {
    let read = read();
    let subtests = read["subtests"].as_array().expect("a list");
    assert_eq!(subtests.len(), 5, "all but the one that was never played");
    for subtest in subtests {
        let lines = subtest.as_array().expect("a list");
        let plan = lines[0]["plan"].as_u64().expect("a plan first");
        assert_eq!(plan + 1, lines.len() as u64);
    }
    let failed = subtests[0].as_array().expect("a list");
    let missed = failed.iter().filter(|line| line["ok"] == false).count();
    assert_eq!(missed, 1, "the step that answered with success: {failed:?}");
}
