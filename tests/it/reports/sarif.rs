//! SARIF as types read it that were made from the published schema, and what GitHub wants of it.

use super::showcase::{multiplied, showcase, written};
use serde_json::Value;
use serde_sarif::sarif::{Result as Finding, Sarif};

fn read(text: &str) -> Sarif {
    serde_json::from_str(text).expect("it is SARIF")
}

fn findings(log: &Sarif) -> &Vec<Finding> {
    log.runs[0].results.as_ref().expect("results")
}

#[test]
fn only_broken_requirements_with_a_weakness_are_findings() {
    let log = read(&written(&showcase(), "sarif"));
    let ids: Vec<&str> =
        findings(&log).iter().filter_map(|finding| finding.rule_id.as_deref()).collect();
    assert_eq!(ids, ["rfc6238.single-use", "rfc6238.single-use", "delivery.once"]);
    let rules = log.runs[0].tool.driver.rules.as_ref().expect("rules");
    for finding in findings(&log) {
        let index = usize::try_from(finding.rule_index.expect("an index")).expect("small");
        assert_eq!(Some(&rules[index].id), finding.rule_id.as_ref());
    }
}

/// What of `ours` the reader has lost or changed, by path.
fn lost(path: &str, ours: &Value, theirs: &Value) -> Vec<String> {
    match (ours, theirs) {
        (Value::Object(ours), _) => ours
            .iter()
            .flat_map(|(name, value)| lost(&format!("{path}/{name}"), value, &theirs[name]))
            .collect(),
        (Value::Array(ours), _) => ours
            .iter()
            .enumerate()
            .flat_map(|(index, value)| lost(&format!("{path}/{index}"), value, &theirs[index]))
            .collect(),
        (ours, theirs) if ours == theirs => Vec::new(),
        _ => vec![path.to_owned()],
    }
}

fn lost_by_reading(text: &str) -> Vec<String> {
    let ours: Value = serde_json::from_str(text).expect("it is JSON");
    lost("", &ours, &serde_json::to_value(read(text)).expect("JSON"))
}

#[test]
fn the_schema_knows_everything_that_is_written() {
    let known = written(&showcase(), "sarif");
    assert_eq!(lost_by_reading(&known), Vec::<String>::new());
    let unknown = known.replacen("\"columnKind\"", "\"columnSort\"", 1);
    assert_eq!(lost_by_reading(&unknown), ["/runs/0/columnSort"], "the reader must notice");
    let kinds = known.replacen("\"executionSuccessful\": true", "\"executionSuccessful\": 1", 1);
    assert!(serde_json::from_str::<Sarif>(&kinds).is_err(), "the reader must look at kinds");
}

#[test]
fn a_finding_has_file_line_and_a_fingerprint_that_stays() {
    let log = read(&written(&showcase(), "sarif"));
    let first = &findings(&log)[0];
    let place = first.locations.as_ref().expect("a location")[0].physical_location.as_ref();
    let place = place.expect("a physical one");
    let file = place.artifact_location.as_ref().expect("a file");
    assert_eq!(file.uri.as_deref(), Some("scenarios/sign-in/replayed-code.yaml"));
    assert!(place.region.as_ref().expect("a region").start_line.expect("a line") > 1);
    let prints: Vec<_> =
        findings(&log).iter().map(|finding| &finding.partial_fingerprints).collect();
    assert!(prints.iter().all(|print| print.is_some()));
    assert_ne!(prints[0], prints[1], "another scenario is another finding");
    let odd = &findings(&log)[1].locations.as_ref().expect("a location")[0];
    let odd = odd.physical_location.as_ref().expect("a physical one");
    let uri = odd.artifact_location.as_ref().expect("a file").uri.as_deref();
    assert_eq!(uri, Some("scenarios/odd/nasty%20a%2Cb%3Ac.yaml"));
}

#[test]
fn rules_carry_severity_and_weakness_as_github_reads_them() {
    let text = written(&showcase(), "sarif");
    let log: Value = serde_json::from_str(&text).expect("it is JSON");
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
    let replay = rules.iter().find(|rule| rule["id"] == "rfc6238.single-use").expect("a rule");
    let properties = &replay["properties"];
    assert_eq!(properties["security-severity"], "8.1");
    let tags = properties["tags"].as_array().expect("tags");
    assert!(tags.iter().any(|tag| tag == "external/cwe/cwe-294"), "{tags:?}");
    assert!(
        rules
            .iter()
            .all(|rule| rule["properties"]["tags"].as_array().is_some_and(|tags| tags.len() <= 10))
    );
    assert_eq!(replay["defaultConfiguration"]["level"], "error");
}

#[test]
fn what_would_be_dropped_unseen_is_left_out_and_told() {
    let log = read(&written(&multiplied(5_003), "sarif"));
    assert_eq!(findings(&log).len(), 5_000);
    let severe = |finding: &Finding| finding.rule_id.as_deref() == Some("rfc6238.single-use");
    assert!(findings(&log).iter().all(severe), "the worst stay");
    let text = serde_json::to_string(&log.runs[0].invocations).expect("JSON");
    assert!(text.contains("5 less severe results were left out"), "{text}");
}
