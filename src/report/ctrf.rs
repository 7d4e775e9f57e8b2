//! CTRF, the Common Test Report Format: one JSON object for dashboards and comparison over time.
//!
//! The format asks for the start and stop of a run in milliseconds. A run has no date here, for two
//! runs with one seed shall look alike, so it starts at 0 and stops when it had taken as long as
//! it did: that alone differs from run to run. The times of tests are those of the scenario's own
//! clock.

use super::Form;
use super::case::{Case, Course, Outcome, cases};
use super::wording::{one_line, printable};
use crate::runner::{Played, Run};
use serde_json::{Map, Value, json};
use std::io::{self, Write};
use std::time::Duration;

/// The version of the format that is written.
const SPEC_VERSION: &str = "0.0.0";

pub(super) struct Ctrf;

impl Form for Ctrf {
    fn name(&self) -> &'static str {
        "ctrf"
    }

    fn purpose(&self) -> &'static str {
        "CTRF, one JSON object for test dashboards"
    }

    fn write(&self, run: &Run, output: &mut dyn Write) -> io::Result<()> {
        let tests: Vec<Value> = cases(run).map(|case| test(&case)).collect();
        let profiles: Vec<&str> =
            run.settings.profiles.iter().map(|profile| profile.name).collect();
        let version = env!("CARGO_PKG_VERSION");
        let report = json!({
            "reportFormat": "CTRF",
            "specVersion": SPEC_VERSION,
            "generatedBy": format!("fobwatch {version}"),
            "results": {
                "tool": { "name": "fobwatch", "version": version },
                "summary": summary(run),
                "tests": tests,
                "environment": {
                    "testEnvironment": printable(&run.settings.against),
                    "extra": { "seed": run.settings.seed, "profiles": profiles },
                },
            },
        });
        serde_json::to_writer_pretty(&mut *output, &report)?;
        writeln!(output)
    }
}

fn status(played: &Played) -> &'static str {
    match Outcome::of(played) {
        Outcome::Passed | Outcome::Flaky => "passed",
        Outcome::Failed | Outcome::Stale => "failed",
        Outcome::KnownFailure => "other",
        Outcome::Undecided => "pending",
        Outcome::Skipped => "skipped",
    }
}

fn summary(run: &Run) -> Value {
    let count = |word| run.played.iter().filter(|played| status(played) == word).count();
    let mut suites: Vec<String> = cases(run).map(|case| case.class()).collect();
    suites.sort();
    suites.dedup();
    let took = milliseconds(run.took.unwrap_or_default());
    json!({
        "tests": run.played.len(),
        "passed": count("passed"),
        "failed": count("failed"),
        "skipped": count("skipped"),
        "pending": count("pending"),
        "other": count("other"),
        "suites": suites.len(),
        "start": 0,
        "stop": took,
        "duration": took,
    })
}

fn test(case: &Case<'_>) -> Value {
    let plan = &case.played.plan;
    let suite: Vec<String> =
        std::iter::once("fobwatch").chain(case.folder().split('/')).map(one_line).collect();
    let requirements: Vec<Value> = case
        .tested()
        .map(|(requirement, word)| {
            json!({
                "id": requirement.id,
                "level": requirement.level,
                "citation": requirement.citation(),
                "finding": word,
            })
        })
        .collect();
    let mut test = json!({
        "name": case.name(),
        "status": status(case.played),
        "duration": milliseconds(case.took()),
        "suite": suite,
        "rawStatus": case.played.verdict.to_string(),
        "tags": plan.covers,
        "labels": labels(case),
        "type": "conformance",
        "filePath": printable(&plan.file),
        "steps": case.steps().map(|(step, course)| json!({
            "name": one_line(&step.source),
            "status": step_status(course),
            "extra": { "line": step.place.line },
        })).collect::<Vec<_>>(),
        "extra": { "requirements": requirements },
    });
    if let Value::Object(fields) = &mut test {
        add_optional(case, fields);
    }
    test
}

/// What not every case has: message, trace, line and snippet of a trouble, and the axes.
fn add_optional(case: &Case<'_>, fields: &mut Map<String, Value>) {
    let snippet = case.troubles.iter().find_map(|trouble| trouble.place.as_ref());
    let found = [
        ("message", case.message().map(Value::from)),
        ("trace", case.text().map(Value::from)),
        ("line", case.line().map(Value::from)),
        ("flaky", case.is_flaky().then_some(Value::Bool(true))),
        ("parameters", parameters(&case.played.plan.variation)),
        ("snippet", snippet.map(|(_, source)| printable(source).into())),
    ];
    for (name, value) in found {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    }
}

/// The scenario's id, and the features it needs; an empty list would not be valid.
fn labels(case: &Case<'_>) -> Value {
    let plan = &case.played.plan;
    let mut labels = json!({ "scenario": printable(&plan.id) });
    if !plan.needs.is_empty() {
        labels["needs"] = json!(plan.needs);
    }
    labels
}

/// The axes of `[platform=ios,round=2]` by name.
fn parameters(variation: &str) -> Option<Value> {
    let chosen = variation.strip_prefix('[')?.strip_suffix(']')?;
    let axes = chosen.split(',').filter_map(|axis| axis.split_once('='));
    Some(axes.map(|(name, value)| (name.to_owned(), Value::from(one_line(value)))).collect())
}

fn step_status(course: Course) -> &'static str {
    match course {
        Course::Done => "passed",
        Course::Missed => "failed",
        Course::Unanswered => "pending",
        Course::NotReached => "skipped",
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
