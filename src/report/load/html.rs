//! One page with pictures: no script, nothing from anywhere else, for light, dark, phone and paper.

use super::caveats::{caveats, ms};
use super::figures::{Figure, figures};
use super::tables::{self, Row};
use super::{Form, Told};
use crate::load::compare::Change;
use crate::load::limit::Kept;
use crate::load::record::{Arrival, Record, Standing};
use crate::load::summary::ratio;
use minijinja::Environment;
use minijinja::value::{Serde, Value};
use serde::Serialize;
use std::io::{self, Write};

pub(super) struct Html;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");

/// What the page is made of.
#[derive(Serialize)]
struct Page<'a> {
    style: &'static str,
    subject: &'a str,
    against: &'a str,
    asked: String,
    began: Option<String>,
    seed: u64,
    shards: usize,
    version: &'a str,
    tiles: Vec<Tile>,
    limits: Vec<Row>,
    differences: Vec<Row>,
    figures: Vec<Figure>,
    tables: Vec<Table>,
    caveats: Vec<String>,
}

/// A number that is seen first.
#[derive(Serialize)]
struct Tile {
    name: &'static str,
    value: String,
    note: String,
    tone: &'static str,
}

/// A table with its title.
#[derive(Serialize)]
struct Table {
    title: &'static str,
    /// `words`, or nothing where its cells are numbers.
    kind: &'static str,
    head: Vec<&'static str>,
    rows: Vec<Row>,
}

impl Form for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn purpose(&self) -> &'static str {
        "one page with pictures that works offline and prints"
    }

    fn write(&self, told: &Told<'_>, output: &mut dyn Write) -> io::Result<()> {
        let page = page(told).map_err(|why| io::Error::other(why.to_string()))?;
        output.write_all(page.as_bytes())
    }
}

fn page(told: &Told<'_>) -> Result<String, minijinja::Error> {
    let record = told.record;
    let asked = &record.asked;
    let mut environment = Environment::new();
    environment.add_template("page.html", PAGE)?;
    let page = Page {
        style: STYLE,
        subject: &record.subject.name,
        against: &record.subject.against,
        asked: format!("{} for {}, {} people", asked.arrival, asked.stop, asked.people),
        began: record.parts.first().map(|part| part.began.to_string()),
        seed: record.seed,
        shards: record.parts.len(),
        version: &record.fobwatch,
        tiles: tiles(record),
        limits: limits(told),
        differences: differences(told),
        figures: figures(told),
        tables: all_tables(record),
        caveats: caveats(record),
    };
    environment.get_template("page.html")?.render(Value::from(Serde(page)))
}

fn tiles(record: &Record) -> Vec<Tile> {
    let counts = &record.counts;
    let latency = |name, share, note: &str| Tile {
        name,
        value: if counts.latency.count() == 0 {
            "–".to_owned()
        } else {
            format!("{} ms", ms(counts.latency.at(share)))
        },
        note: note.to_owned(),
        tone: "",
    };
    let wrong = record.count(Standing::Failed) + record.count(Standing::AcceptedThough);
    vec![
        first_tile(record),
        latency("p50", 0.5, "half were faster"),
        latency("p99", 0.99, "one of 100 was slower"),
        latency("max", 1.0, "the slowest"),
        Tile {
            name: "errors",
            value: format!("{:.2} %", ratio(wrong, record.ended()) * 100.0),
            note: format!("{wrong} of {}", record.ended()),
            tone: if wrong > 0 { "bad" } else { "good" },
        },
    ]
}

/// What was found, of a search; else what was achieved.
fn first_tile(record: &Record) -> Tile {
    if let Arrival::Steps { objective, .. } = &record.asked.arrival {
        let highest = record.highest_met();
        return Tile {
            name: "highest rate",
            value: highest.map_or("none".to_owned(), |rate| format!("{rate} /s")),
            note: format!("that met {objective}"),
            tone: if highest.is_some() { "good" } else { "bad" },
        };
    }
    let asked = record.of_asked_rate();
    Tile {
        name: "throughput",
        value: format!("{:.1} /s", record.throughput()),
        note: asked.map_or("as fast as it went".to_owned(), |share| {
            format!("{:.1} % of what was asked", share * 100.0)
        }),
        tone: if asked.is_some_and(|share| share < 0.95) { "bad" } else { "" },
    }
}

fn limits(told: &Told<'_>) -> Vec<Row> {
    let row = |finding: &crate::load::limit::Finding| {
        let (word, tone) = match finding.kept {
            Kept::Yes => ("kept", "good"),
            Kept::No => ("broken", "bad"),
            Kept::Unknown => ("not known", "doubt"),
        };
        let name = format!("fail if {}", finding.limit);
        Row { name, cells: vec![word.to_owned(), finding.found.clone()], tone }
    };
    told.findings.iter().map(row).collect()
}

fn differences(told: &Told<'_>) -> Vec<Row> {
    let row = |difference: &crate::load::compare::Difference| {
        let tone = match difference.change {
            Change::Slower => "bad",
            Change::Faster => "good",
            Change::NotSure => "doubt",
            Change::Same => "",
        };
        let words = difference.to_string();
        let (_, words) = words.split_once(": ").unwrap_or(("", &words));
        let times = format!("{:.2} → {:.2} ms", difference.before_ms, difference.now_ms);
        Row { name: difference.statistic.clone(), cells: vec![times, words.to_owned()], tone }
    };
    told.differences.iter().map(row).collect()
}

fn all_tables(record: &Record) -> Vec<Table> {
    let is_search = matches!(record.asked.arrival, Arrival::Steps { .. });
    let mut names =
        vec![if is_search { "in milliseconds, at one rate" } else { "in milliseconds" }];
    names.extend(tables::percentile_names());
    let tables = [
        Table {
            title: "Outcomes",
            kind: "",
            head: vec!["how they ended", "count", "share"],
            rows: tables::outcomes(record),
        },
        Table { title: "Times", kind: "", head: names, rows: tables::times(record) },
        Table {
            title: "Search for the highest rate",
            kind: "words",
            head: vec!["rate", "objective", "ended as they should", "p50 ms", "p99 ms", "why"],
            rows: tables::ladder(record),
        },
        Table {
            title: "Processors and memory",
            kind: "words",
            head: vec!["of", "used"],
            rows: tables::usage(record)
                .into_iter()
                .map(|(name, words)| Row { name, cells: vec![words], tone: "" })
                .collect(),
        },
        Table {
            title: "Where and when",
            kind: "words",
            head: vec!["part", "began", "took", "machine"],
            rows: tables::environment(record),
        },
    ];
    tables.into_iter().filter(|table| !table.rows.is_empty()).collect()
}
