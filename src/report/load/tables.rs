//! The tables of the page, as rows of text.

use super::caveats::ms;
use crate::load::record::{Outcome, Part, Record, Standing};
use crate::load::summary::{SHARES, ratio};
use crate::load::times::Times;
use serde::Serialize;
use std::time::Duration;

/// A row with a name, its cells, and what it is worth: good, bad or neither.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) cells: Vec<String>,
    pub(super) tone: &'static str,
}

/// What an outcome was, in words.
pub(super) fn outcome_words(outcome: &Outcome) -> String {
    let Outcome { work, detail, .. } = outcome;
    let plain = match outcome.standing() {
        Standing::Succeeded => format!("{work} code accepted"),
        Standing::AsItShould => format!("{work} code refused, as it should be"),
        Standing::AcceptedThough => format!("{work} code accepted, though it must be refused"),
        Standing::Failed => format!("{work} code"),
    };
    match (detail.as_str(), outcome.standing()) {
        ("", Standing::Failed) => format!("{work} code without a further reason"),
        ("", _) => plain,
        (detail, _) => format!("{plain}: {detail}"),
    }
}

pub(super) fn outcomes(record: &Record) -> Vec<Row> {
    let ended = record.ended();
    let row = |outcome: Outcome| Row {
        name: outcome_words(&outcome),
        cells: vec![
            outcome.count.to_string(),
            format!("{:.2} %", ratio(outcome.count, ended) * 100.0),
        ],
        tone: match outcome.standing() {
            Standing::Succeeded | Standing::AsItShould => "good",
            Standing::AcceptedThough | Standing::Failed => "bad",
        },
    };
    record.counts.outcomes.all().map(row).collect()
}

pub(super) fn percentile_names() -> Vec<&'static str> {
    let names = SHARES.iter().map(|(name, _)| *name);
    std::iter::once("count").chain(names).collect()
}

/// Latency, its two shares, each stage, and the server that does nothing.
pub(super) fn times(record: &Record) -> Vec<Row> {
    let counts = &record.counts;
    let mut rows = vec![
        times_row("latency, from the intended start", &counts.latency),
        times_row("answered in, from the actual start", &counts.service),
        times_row("started late", &counts.lateness),
    ];
    for phase in &counts.phases {
        rows.push(times_row(&format!("stage: {}", phase.name.replace('_', " ")), &phase.times));
    }
    for (part, calibration) in
        record.parts.iter().filter_map(|part| Some((part, part.calibration.as_ref()?)))
    {
        let which = part.shard.map_or(String::new(), |shard| format!(", shard {shard}"));
        let most = calibration
            .most_per_second
            .map_or(String::new(), |most| format!(", at most {most} per second"));
        let name = format!("a server that does nothing{which}: {}{most}", calibration.how);
        rows.push(times_row(&name, &calibration.latency));
    }
    rows
}

fn times_row(name: &str, times: &Times) -> Row {
    let mut cells = vec![times.count().to_string()];
    cells.extend(SHARES.iter().map(|(_, share)| shown(times, *share)));
    Row { name: name.to_owned(), cells, tone: "" }
}

/// Milliseconds; nothing timed is no time.
fn shown(times: &Times, share: f64) -> String {
    if times.count() > 0 { ms(times.at(share)) } else { "–".to_owned() }
}

pub(super) fn ladder(record: &Record) -> Vec<Row> {
    let row = |rung: &crate::load::record::Rung| Row {
        name: format!("{} per second", rung.per_second),
        cells: vec![
            if rung.met { "met" } else { "not met" }.to_owned(),
            format!("{} of {}", rung.succeeded, rung.arrivals),
            shown(&rung.latency, 0.5),
            shown(&rung.latency, 0.99),
            rung.why.clone(),
        ],
        tone: if rung.met { "good" } else { "bad" },
    };
    record.ladder.iter().map(row).collect()
}

/// Where and when, part by part.
pub(super) fn environment(record: &Record) -> Vec<Row> {
    let row = |part: &Part| {
        let at = &part.environment;
        let processor = at.processor.as_deref().unwrap_or(&at.architecture);
        Row {
            name: part.shard.map_or("the whole".to_owned(), |shard| format!("shard {shard}")),
            cells: vec![
                part.began.to_string(),
                format!("{:.2} s", part.took.as_secs_f64()),
                format!("{} × {processor}, {}", at.cores, at.system),
            ],
            tone: "",
        }
    };
    record.parts.iter().map(row).collect()
}

/// Processor time and memory, in words, of the subject and of us.
pub(super) fn usage(record: &Record) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for part in &record.parts {
        let Some(last) = part.samples.last().filter(|last| !last.at.is_zero()) else { continue };
        let which = part.shard.filter(|_| record.parts.len() > 1);
        let which = which.map_or(String::new(), |shard| format!(" {shard}"));
        let most = |of: fn(&crate::load::record::Sample) -> u64| {
            part.samples.iter().map(of).max().unwrap_or(0)
        };
        // A subject that went away has none in the end.
        let known = part.samples.iter().rev().find_map(|one| Some((one.subject?, one.at)));
        if let Some((subject, at)) = known.filter(|(_, at)| !at.is_zero()) {
            let memory = most(|sample| sample.subject.map_or(0, |usage| usage.memory_bytes));
            let who = if record.subject.is_behind_program() { "adapter" } else { "subject" };
            lines.push((format!("{who}{which}"), words(subject.cpu, at, memory)));
        }
        let memory = most(|sample| sample.harness.memory_bytes);
        lines.push((format!("ourselves{which}"), words(last.harness.cpu, last.at, memory)));
    }
    lines
}

#[allow(clippy::cast_precision_loss, reason = "bytes of a machine's memory, below 2^53")]
fn words(cpu: Duration, over: Duration, memory: u64) -> String {
    let cores = cpu.as_secs_f64() / over.as_secs_f64().max(1e-9);
    let mebibytes = memory as f64 / f64::from(1 << 20);
    format!("{cores:.2} processors, at most {mebibytes:.0} MiB")
}
