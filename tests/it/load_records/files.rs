//! A record in a file: what is written is read again, and what does not add up is refused.

use super::{note, record, scattered};
use fobwatch::load::record::file::{NotRecord, is_meant_by, read, write};
use fobwatch::load::record::{Ended, Record, Rung, WorkKind};
use fobwatch::load::summary::Summary;
use fobwatch::load::times::{CoarseTimes, LONGEST, Times};
use proptest::prelude::{prop, proptest};
use serde_json::Value;
use std::time::Duration;

fn written(record: &Record) -> String {
    let mut bytes = Vec::new();
    write(record, &Summary::of(record), &mut bytes).expect("memory has room");
    String::from_utf8(bytes).expect("JSON is text")
}

fn full() -> Record {
    let mut record = record(5, "2/4".parse().ok(), |arrival| scattered(1, arrival));
    let refused = (WorkKind::Wrong, Ended::Refused, "submit_code rejected: code_wrong");
    note(&mut record, refused, 1);
    note(&mut record, (WorkKind::Replayed, Ended::Accepted, ""), 2);
    note(&mut record, (WorkKind::Valid, Ended::NoAnswer, "sign_in without answer: timed out"), 3);
    record.ladder.push(Rung {
        per_second: 50,
        arrivals: 100,
        succeeded: 100,
        accepted_though: 1,
        failed: 2,
        latency: record.counts.latency.clone(),
        met: true,
        why: "p99 was 9 ms".to_owned(),
    });
    record
}

#[test]
fn what_is_written_is_read_again() {
    let record = full();
    let text = written(&record);
    assert_eq!(read(text.as_bytes()).expect("a record"), record);
    assert!(is_meant_by(&text.as_bytes()[..64]) && !is_meant_by(b"{\"fobwatch\":\"0.1.0\""));
    let summary: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(summary["summary"]["accepted_though"], 1);
    assert_eq!(summary["summary"]["refused_as_it_should"], 1);
    assert_eq!(summary["summary"]["failed"], 1);
}

/// Changes the JSON of a record, and tells why it is refused then.
fn refused(change: impl Fn(&mut Value)) -> String {
    let mut value: Value = serde_json::from_str(&written(&full())).expect("JSON");
    change(&mut value["record"]);
    read(value.to_string().as_bytes()).expect_err("it was changed").to_string()
}

#[test]
fn what_does_not_add_up_is_refused() {
    let said = refused(|record| record["counts"]["outcomes"][0]["count"] = 9.into());
    assert!(said.contains("does not add up: 10 verifications that ended as they should"), "{said}");
    let said = refused(|record| record["parts"] = Value::Array(Vec::new()));
    assert!(said.contains("it has no part"), "{said}");
    let said = refused(|record| record["counts"]["slices"]["width_ms"] = 0.into());
    assert!(said.contains("no width"), "{said}");
    let said = refused(|record| {
        let part = record["parts"][0].clone();
        record["parts"] = Value::Array(vec![part; 2]);
    });
    assert!(said.contains("shard 2/4 is in it twice"), "{said}");
    let said = refused(|record| record["subject"]["name"] = "x".repeat(5000).into());
    assert!(said.contains("a text of more than"), "{said}");
    let said = refused(|record| {
        let slice = record["counts"]["slices"]["each"][0].clone();
        record["counts"]["slices"]["each"] = Value::Array(vec![slice; 4000]);
    });
    assert!(said.contains("4000 slices, more than 3600"), "{said}");
    let said = refused(|record| record["surprise"] = true.into());
    assert!(said.contains("unknown field `surprise`") && said.contains("--report json"), "{said}");
    let said = refused(|record| record["load"] = 2.into());
    assert!(said.contains("form 2 and this fobwatch reads form 1"), "{said}");
    let said = refused(|record| {
        let outcome = record["counts"]["outcomes"][0].clone();
        record["counts"]["outcomes"].as_array_mut().expect("a list").push(outcome);
    });
    assert!(said.contains("stands twice"), "{said}");
}

#[test]
fn a_histogram_that_is_none_or_asks_for_much_room_is_refused() {
    let text = |times: &Times| serde_json::to_value(times).expect("text");
    let sound = text(&full().counts.latency);
    let bytes = data_encoding::BASE64.decode(sound.as_str().expect("text").as_bytes());
    let bytes = bytes.expect("base64");
    let why = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut changed = bytes.clone();
        change(&mut changed);
        let text = Value::from(data_encoding::BASE64.encode(&changed));
        serde_json::from_value::<Times>(text).expect_err("it was changed").to_string()
    };
    assert!(why(&|bytes| bytes.truncate(20)).contains("too short"));
    assert!(why(&|bytes| bytes[0] = 0).contains("its kind is"));
    // A payload of four gigabytes, five digits, and years: each would take a lot of memory.
    assert!(why(&|bytes| bytes[4] = 255).contains("its length is"));
    assert!(why(&|bytes| bytes[15] = 5).contains("number of digits is 5, not 3"));
    assert!(why(&|bytes| bytes[24] = 127).contains("highest value"));
    assert!(why(&|bytes| bytes.push(128)).contains("its length is"));
    let coarse = serde_json::from_value::<CoarseTimes>(sound);
    assert!(coarse.expect_err("three digits").to_string().contains("digits is 3, not 2"));
}

#[test]
fn what_is_no_record_says_how_one_is_made() {
    let foreign = read("{\"fobwatch\":\"0.1.0\",\"journal\":2}".as_bytes());
    assert!(matches!(&foreign, Err(NotRecord::Foreign(_))), "{foreign:?}");
    assert!(foreign.expect_err("a journal").to_string().contains("bench --report json=FILE"));
}

proptest! {
    #[test]
    fn times_survive_a_file_and_add_up(
        nanoseconds in prop::collection::vec(0_u64..5_000_000_000_000, 0..200),
        at in 0_usize..200,
    ) {
        let of = |some: &[u64]| {
            let mut times = Times::<3>::none();
            for time in some {
                times.record(Duration::from_nanos(*time));
            }
            times
        };
        let whole = of(&nanoseconds);
        let text = serde_json::to_string(&whole).expect("text");
        assert_eq!(serde_json::from_str::<Times>(&text).expect("times"), whole);
        let (first, second) = nanoseconds.split_at(at.min(nanoseconds.len()));
        let mut sum = of(first);
        sum.add(&of(second));
        assert_eq!(sum, whole);
        let longest = nanoseconds.iter().max().copied().unwrap_or(0);
        let longest = Duration::from_nanos(longest).min(LONGEST).as_secs_f64();
        assert!((whole.at(1.0).as_secs_f64() - longest).abs() <= longest / 1000.0 + 128e-9);
    }

    #[test]
    fn no_text_makes_reading_panic(text in ".{0,200}") {
        assert!(read(text.as_bytes()).is_err());
        assert!(serde_json::from_value::<Times>(text.into()).is_err());
    }
}
