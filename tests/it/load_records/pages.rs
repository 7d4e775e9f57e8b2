//! Reports of a load: their structure, and that no name breaks out of them.

use super::{note, record, scattered, searched};
use crate::load_page::{assert_self_contained, pictures, titles};
use fobwatch::load::compare::compare;
use fobwatch::load::limit::Limit;
use fobwatch::load::record::{Arrival, Ended, Finish, Record, Stop, WorkKind, file};
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
    let expected = [
        "Latency by percentile",
        "Throughput over time",
        "Latency over time",
        "Processors in use over time",
    ];
    assert_eq!(titles(&page), expected);
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
    assert_self_contained(&written("html", &told(&record)));
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

#[test]
fn each_rate_of_a_search_is_in_every_form() {
    let record = searched();
    let words = text(&told(&record));
    let first = "a subject: 60 per second is the highest rate that met p99<50ms, to about 5 %\n";
    assert!(words.starts_with(first), "{words}");
    assert!(words.contains("not met      80 per second: p99<50ms: 71.000 ms"), "{words}");
    assert!(
        words.contains("2 codes that must be refused were accepted"),
        "at another rate: {words}"
    );
    assert!(words.contains("At 2 of 4 rates fewer than 100 verifications decided"), "{words}");
    let csv = written("csv", &told(&record));
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "per_second,due,succeeded,failed,p50_ms,p90_ms,p99_ms,max_ms,met");
    assert_eq!(lines.len(), 1 + record.ladder.len());
    assert!(lines[3].starts_with("80,160,157,3,71.0") && lines[3].ends_with(",no"), "{}", lines[3]);
    let json: serde_json::Value =
        serde_json::from_str(&written("json", &told(&record))).expect("JSON");
    let search = &json["summary"]["search"];
    assert_eq!(search["highest_per_second"], 60);
    let rates = search["rates"].as_array().expect("a list");
    let told_of = |rate: &serde_json::Value| {
        assert!(rate["latency_ms"]["p99"].as_f64().is_some_and(|ms| ms > 10.0), "{rate}");
        (rate["per_second"].as_u64(), rate["met"].as_bool())
    };
    let expected = [(20, true), (40, true), (80, false), (60, true)];
    let expected = expected.map(|(rate, met)| (Some(rate), Some(met)));
    assert_eq!(rates.iter().map(told_of).collect::<Vec<_>>(), expected);
    let page = written("html", &told(&record));
    assert_eq!(titles(&page)[0], "Latency by rate");
    assert!(!titles(&page).contains(&"Processors in use over time".to_owned()), "of all rates");
    let picture = &pictures(&page)[0];
    let dots = |class: &str| picture.matches(&format!("class=\"dot {class}\"")).count();
    assert_eq!((dots("met"), dots("unmet")), (3, 1));
    assert!(page.contains("<td>157 of 160</td>"), "its table");
    assert!(page.contains("<p class=\"value\">60 "), "what was found stands first");
}

#[test]
fn a_search_that_found_nothing_says_so() {
    let mut record = searched();
    record.ladder.truncate(3);
    record.ladder.iter_mut().for_each(|rung| rung.met = false);
    let words = text(&told(&record));
    assert!(words.starts_with("a subject: not even 20 per second met p99<50ms\n"), "{words}");
    record.ladder.clear();
    let words = text(&told(&record));
    assert!(words.starts_with("a subject: the search ended before any rate was judged"), "{words}");
}

#[test]
fn how_a_load_ended_is_told_and_it_is_not_measured_by_what_was_never_due() {
    // Ten seconds of a minute.
    let mut record = record(10, None, |arrival| scattered(1, arrival));
    record.asked.stop = Stop::After(Duration::from_mins(1));
    let ends = [
        (Finish::Interrupted, "It was interrupted"),
        (
            Finish::SubjectGone {
                after: Duration::from_millis(9_500),
                why: "signal: 9 (SIGKILL)".to_owned(),
            },
            "the subject was gone after 9.5 s (signal: 9 (SIGKILL))",
        ),
        (Finish::OutOfCodes, "give a larger --pool"),
    ];
    for (finish, expected) in ends {
        record.parts[0].finish = finish;
        let words = text(&told(&record));
        assert!(words.replace('\n', " ").contains(expected), "{words}");
        assert!(words.contains("achieved     100."), "{words}");
        assert!(written("html", &told(&record)).contains(expected), "{expected}");
        let mut bytes = Vec::new();
        form("json").expect("a form").write(&told(&record), &mut bytes).expect("room");
        assert_eq!(file::read(bytes.as_slice()).expect("a record"), record, "it is kept");
    }
}

#[test]
fn chance_and_rushes_are_no_achievement_and_failures_no_slowness() {
    // A hundred per second were due on average, and 110 by chance.
    let mut more = record(11, None, |arrival| scattered(1, arrival));
    more.asked.arrival = Arrival::Poisson { per_second: 110 };
    let words = text(&told(&more));
    assert!(words.contains("(100.0 % of what was asked)"), "{words}");
    let mut failing = record(10, None, |arrival| scattered(1, arrival));
    for second in 0..1000 {
        note(&mut failing, (WorkKind::Replayed, Ended::Accepted, ""), second % 9);
    }
    let words = text(&told(&failing)).replace('\n', " ");
    assert!(
        words.contains("Only 50 % of the rate that was asked for counts, because 1000"),
        "{words}"
    );
    assert!(words.contains("they were made at that rate"), "{words}");
}
