//! SARIF 2.1.0 for code-scanning pages: security findings and nothing else.
//!
//! A finding is a broken requirement whose breach is a weakness that CWE numbers. A missed
//! expectation, or a requirement that is only about convenience, is no alert in a security tab.

use super::Form;
use super::case::{Case, cases};
use super::severity;
use super::trouble::{Cause, Trouble};
use super::wording::{one_line, printable};
use crate::conformance::{Level, REQUIREMENTS, Reading, Requirement};
use crate::runner::Run;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// GitHub keeps this many results of a run and drops the rest without a word.
const MOST_RESULTS: usize = 5_000;

/// GitHub shows this many tags of a rule.
const MOST_TAGS: usize = 10;

/// Where the schema of the format is published; readers choose their parser by it.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) struct Sarif;

/// A broken requirement with the scenario that shows it.
struct Breach<'a> {
    requirement: &'static Requirement,
    severity: u8,
    case: &'a Case<'a>,
    trouble: &'a Trouble,
}

impl Form for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn purpose(&self) -> &'static str {
        "SARIF 2.1.0: broken requirements that are security weaknesses, for code scanning"
    }

    fn write(&self, run: &Run, output: &mut dyn Write) -> io::Result<()> {
        let cases: Vec<Case<'_>> = cases(run).collect();
        let mut breaches: Vec<Breach<'_>> = cases.iter().flat_map(breaches).collect();
        breaches.sort_by_key(|breach| std::cmp::Reverse(breach.severity));
        let left_out = breaches.len().saturating_sub(MOST_RESULTS);
        breaches.truncate(MOST_RESULTS);
        let rules: Vec<&'static Requirement> = REQUIREMENTS
            .iter()
            .copied()
            .filter(|rule| breaches.iter().any(|breach| breach.requirement.id == rule.id))
            .collect();
        let results: Vec<Value> = breaches.iter().map(|breach| result(breach, &rules)).collect();
        let log = json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "Fobwatch",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": rules.iter().map(|rule| described(rule)).collect::<Vec<_>>(),
                }},
                "invocations": [invocation(left_out)],
                "columnKind": "unicodeCodePoints",
                "results": results,
                "properties": {
                    "against": printable(&run.settings.against),
                    "seed": run.settings.seed,
                },
            }],
        });
        serde_json::to_writer_pretty(&mut *output, &log)?;
        writeln!(output)
    }
}

fn breaches<'a>(case: &'a Case<'a>) -> impl Iterator<Item = Breach<'a>> {
    case.troubles.iter().filter_map(move |trouble| {
        let Cause::Requirement(requirement) = trouble.cause else { return None };
        let severity = severity::tenths(requirement)?;
        Some(Breach { requirement, severity, case, trouble })
    })
}

/// What is said of the run itself; results that were left out are told, never just missing.
fn invocation(left_out: usize) -> Value {
    let mut invocation = json!({ "executionSuccessful": true });
    if left_out > 0 {
        let text = format!("{left_out} less severe results were left out; see another report");
        invocation["toolExecutionNotifications"] =
            json!([{ "level": "warning", "message": { "text": text } }]);
    }
    invocation
}

fn described(rule: &Requirement) -> Value {
    let citation = rule.citation();
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.text },
        "fullDescription": { "text": format!("{} ({}, {citation})", rule.text, rule.level) },
        "help": {
            "text": format!("{citation}. More: fobwatch explain {}", rule.id),
            "markdown": format!("{citation}. More: `fobwatch explain {}`", rule.id),
        },
        "defaultConfiguration": { "level": level(rule) },
        "properties": {
            "tags": tags(rule),
            "precision": "very-high",
            "security-severity": severity::tenths(rule).map(severity::written),
        },
    })
}

fn tags(rule: &Requirement) -> Vec<String> {
    let weakness = rule.weakness.map(|number| format!("external/cwe/cwe-{number:03}"));
    let unread = rule.reading.doubt().is_some().then(|| "unverified-source".to_owned());
    let ours = matches!(rule.reading, Reading::Own).then(|| "no-norm".to_owned());
    let family = rule.id.split('.').next().map(str::to_owned);
    let mut tags = vec!["security".to_owned()];
    tags.extend([weakness, Some(rule.level.to_string().to_lowercase())].into_iter().flatten());
    tags.extend([family, unread, ours].into_iter().flatten());
    tags.extend(rule.profiles.iter().map(|profile| format!("profile/{profile}")));
    tags.truncate(MOST_TAGS);
    tags
}

fn level(rule: &Requirement) -> &'static str {
    match rule.level {
        Level::Must => "error",
        Level::Should => "warning",
    }
}

fn result(breach: &Breach<'_>, rules: &[&'static Requirement]) -> Value {
    let Breach { requirement, case, trouble, .. } = breach;
    let plan = &case.played.plan;
    let text = format!(
        "{} Expected: {}. Observed: {}. Scenario {}. Again: {}",
        requirement.text, trouble.expected, trouble.observed, plan.id, trouble.replay
    );
    let mut location = json!({ "artifactLocation": artifact(&plan.file) });
    if let (Some(place), Some((_, source))) = (trouble.step, &trouble.place) {
        location["region"] = json!({
            "startLine": place.line,
            "startColumn": place.column,
            "snippet": { "text": printable(source) },
        });
    }
    json!({
        "ruleId": requirement.id,
        "ruleIndex": rules.iter().position(|rule| rule.id == requirement.id),
        "level": level(requirement),
        "message": { "text": one_line(&text) },
        "locations": [{ "physicalLocation": location }],
        "partialFingerprints": { "primaryLocationLineHash": fingerprint(breach) },
    })
}

/// The same for the same rule and scenario, however the steps of the scenario move; variations of
/// one file show one finding.
fn fingerprint(breach: &Breach<'_>) -> String {
    let of = format!("{}\n{}", breach.requirement.id, breach.case.file_id());
    let digest = HEXLOWER.encode(&Sha256::digest(of.as_bytes()));
    format!("{}:1", &digest[..16])
}

/// A digit of base 16.
fn hex(half: u8) -> char {
    char::from_digit(u32::from(half), 16).unwrap_or('0').to_ascii_uppercase()
}

/// The file as a URI reference: below the root of the sources if it is relative.
fn artifact(file: &str) -> Value {
    let mut uri = String::new();
    for byte in file.trim_start_matches("./").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    if uri.starts_with('/') {
        json!({ "uri": format!("file://{uri}") })
    } else {
        json!({ "uri": uri, "uriBaseId": "%SRCROOT%" })
    }
}
