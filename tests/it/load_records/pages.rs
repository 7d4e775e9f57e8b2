//! Reports of a load: their structure, and that no name breaks out of them.

use super::{note, record, scattered};
use fobwatch::load::compare::compare;
use fobwatch::load::limit::Limit;
use fobwatch::load::record::{Ended, Finish, Record, WorkKind};
use fobwatch::report::load::{FORMS, Told, form, text};
use roxmltree::Document;
use std::time::Duration;

fn written(name: &str, told: &Told<'_>) -> String {
    let mut bytes = Vec::new();
    form(name).expect("a form").write(told, &mut bytes).expect("memory has room");
    String::from_utf8(bytes).expect("text")
}

fn told(record: &Record) -> Told<'_> {
    Told { record, baseline: None, differences: &[], findings: &[] }
}

/// The pictures of a page.
fn pictures(page: &str) -> Vec<String> {
    let parts = page.split("<svg").skip(1);
    parts
        .map(|part| format!("<svg{}</svg>", part.split("</svg>").next().expect("an end")))
        .collect()
}

fn eventful() -> Record {
    let mut record = record(12, None, |arrival| scattered(1, arrival));
    note(&mut record, (WorkKind::Replayed, Ended::Accepted, ""), 4);
    note(&mut record, (WorkKind::Wrong, Ended::Refused, "submit_code rejected: code_wrong"), 5);
    for _ in 0..30 {
        note(&mut record, (WorkKind::Valid, Ended::NoAnswer, "sign_in: timed out"), 6);
    }
    record
}

#[test]
fn a_page_has_its_pictures_tables_and_caveats() {
    let record = eventful();
    let page = written("html", &told(&record));
    let titles: Vec<String> = pictures(&page)
        .iter()
        .map(|picture| {
            let svg = Document::parse(picture).expect(picture);
            let root = svg.root_element();
            assert_eq!(root.attribute("role"), Some("img"));
            assert!(
                root.descendants()
                    .any(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "path"))
                        || node.attribute("class").is_some_and(|class| class.starts_with("heat")))
            );
            root.attribute("aria-label").expect("a name").to_owned()
        })
        .collect();
    let expected = [
        "Latency by percentile",
        "Throughput over time",
        "Latency over time",
        "Processors in use over time",
    ];
    assert_eq!(titles, expected);
    for words in [
        "replayed code accepted, though it must be refused",
        "wrong code refused, as it should be: submit_code rejected: code_wrong",
        "a server that does nothing: GET of a fixed answer",
        "stage: verify",
        "1 codes that must be refused were accepted",
        "2030-01-01T00:00:00.000Z",
        "4 × x86_64, linux",
        "31 of 1232",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn a_page_needs_nothing_from_anywhere() {
    let record = eventful();
    let page = written("html", &told(&record));
    for foreign in ["<script", "<link", "<img", "@import", "url(", "src=", "href="] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    let addresses = page.matches("http").count();
    let names = page.matches("xmlns=\"http://www.w3.org/2000/svg\"").count();
    let policy = page.matches("http-equiv").count();
    assert_eq!(addresses, names + policy, "no address but the name of SVG");
}

#[test]
fn failures_stand_where_they_happened_and_heat_where_it_is() {
    let record = eventful();
    let page = written("html", &told(&record));
    let pictures = pictures(&page);
    let throughput = Document::parse(&pictures[1]).expect("SVG");
    let failures: Vec<&str> = throughput
        .descendants()
        .filter(|node| node.attribute("class") == Some("failures"))
        .filter_map(|node| node.first_element_child()?.text())
        .collect();
    assert_eq!(failures, ["4 to 5 s: 1 failures per second", "6 to 7 s: 30 failures per second"]);
    let heat = Document::parse(&pictures[2]).expect("SVG");
    let cells = heat
        .descendants()
        .filter(|node| node.attribute("class").is_some_and(|class| class.starts_with("heat h")));
    let counted: u64 = cells
        .filter_map(|node| {
            node.first_element_child()?.text()?.rsplit(": ").next()?.parse::<u64>().ok()
        })
        .sum();
    assert_eq!(counted, record.counts.latency.count(), "every verification is in one cell");
}

#[test]
fn no_name_breaks_out_of_a_report() {
    let mut record = eventful();
    let hostile = "</style><script>alert(1)</script>\"'&\u{1}";
    hostile.clone_into(&mut record.subject.name);
    hostile.clone_into(&mut record.subject.against);
    hostile.clone_into(&mut record.subject.driven_by);
    record.parts[0].environment.processor = Some(hostile.to_owned());
    if let Some(calibration) = &mut record.parts[0].calibration {
        hostile.clone_into(&mut calibration.how);
    }
    note(&mut record, (WorkKind::Valid, Ended::Refused, hostile), 3);
    record.counts.phases[0].name = hostile.to_owned();
    let page = written("html", &told(&record));
    assert!(!page.contains("<script") && page.matches("</style>").count() == 1);
    for picture in pictures(&page) {
        Document::parse(&picture).expect("SVG");
    }
    let csv = written("csv", &told(&record));
    assert!(!csv.contains("script"), "numbers only");
    assert!(!text(&told(&record)).contains('\u{1}'), "no control character reaches a terminal");
}

#[test]
fn the_table_over_time_has_a_line_for_each_second() {
    let record = eventful();
    let csv = written("csv", &told(&record));
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "second,started,succeeded,failed,p50_ms,p90_ms,p99_ms,max_ms");
    assert_eq!(lines.len(), 1 + record.counts.slices.each().len());
    assert!(lines[7].starts_with("6,130,") && lines[7].contains(",30,"), "{}", lines[7]);
}

#[test]
fn limits_and_differences_are_told_in_every_form() {
    let record = record(30, None, |arrival| scattered(1, arrival));
    let slow = super::record(30, None, |arrival| scattered(2, arrival).mul_f64(1.4));
    let differences = compare(&record, &slow);
    let limits = ["p50>baseline*1.1", "p99>1s", "max>1ns"].map(str::parse::<Limit>);
    let findings: Vec<_> = limits
        .into_iter()
        .map(|limit| limit.map(|limit| limit.hold(&slow, Some(&record))))
        .filter_map(Result::ok)
        .collect();
    let told = Told {
        record: &slow,
        baseline: Some(&record),
        differences: &differences,
        findings: &findings,
    };
    let (page, words, json) = (written("html", &told), text(&told), written("json", &told));
    assert!(page.contains("fail if p50&gt;baseline*1.1") && page.contains("sure (noise"));
    assert!(page.contains("class=\"line baseline\""), "the baseline is drawn");
    assert!(words.contains("BROKEN: fail if max>1ns"), "{words}");
    assert!(words.contains("since then   p50"), "{words}");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["summary"]["limits"][0]["kept"], false);
    assert_eq!(json["summary"]["differences"][0]["change"], "slower");
}

#[test]
fn a_load_of_which_nothing_came_is_told_as_well() {
    let mut none = record(0, None, |_| Duration::ZERO);
    none.parts[0].finish = Finish::Interrupted;
    none.parts[0].calibration = None;
    for form in FORMS {
        assert!(!written(form.name(), &told(&none)).is_empty(), "{}", form.name());
    }
    let words = text(&told(&none));
    assert!(words.contains("0 of 0 verifications") && words.contains("interrupted"), "{words}");
    assert!(words.contains("Not calibrated"), "{words}");
}
