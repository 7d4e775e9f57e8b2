//! `fobwatch bench` and `fobwatch merge` with saved loads, as somebody at a terminal meets them.

use super::{note, record, scattered, searched};
use fobwatch::domain::{Clock, WallClock};
use fobwatch::journal::Shard;
use fobwatch::load::record::{Arrival, Ended, Record, WorkKind, file};
use fobwatch::load::summary::Summary;
use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

fn save(folder: &Path, name: &str, record: &Record) {
    let mut file = File::create(folder.join(name)).expect("a file");
    file::write(record, &Summary::of(record), &mut file).expect("it is written");
}

/// The exit code, standard output and standard error.
fn fobwatch(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fobwatch"));
    let output = command.current_dir(folder).args(arguments).output().expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn shards_are_merged_and_told_as_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    for index in 1..=4 {
        let shard = Shard::new(index, 4).ok();
        let part = record(4, shard, |arrival| scattered(1, arrival));
        save(at, &format!("{index}.json"), &part);
    }
    let names = ["1.json", "2.json", "3.json", "4.json"];
    let merge =
        |names: &[&str]| fobwatch(at, &[&["merge", "--output", "all.json"], names].concat());
    let (code, _, said) = merge(&names);
    assert_eq!((code, said.as_str()), (Some(0), "4 shards, 400 verifications\n"));
    let whole = record(4, None, |arrival| scattered(1, arrival));
    let merged = file::read(File::open(at.join("all.json")).expect("a file")).expect("a record");
    assert_eq!(merged.counts, whole.counts);
    let (code, told, _) = fobwatch(at, &["bench", "--from", "all.json", "--report", "html=x.html"]);
    assert!(code == Some(0) && told.contains("400 of 400 verifications"), "{told}");
    assert!(at.join("x.html").exists());
    let joined = fobwatch(at, &[&["bench", "--from"], names.as_slice()].concat());
    assert_eq!(joined.1, told, "the same without a file between");
    let (code, _, said) = merge(&names[1..]);
    assert!(code == Some(65) && said.contains("shard 1 of 4 is missing"), "{said}");
    save(at, "journal.json", &whole);
    let (code, _, said) = merge(&["1.json", "journal.json"]);
    assert!(code == Some(65) && said.contains("number of shards differs"), "{said}");
}

#[test]
fn limits_decide_how_it_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let mut now = record(30, None, |arrival| scattered(2, arrival).mul_f64(1.4));
    save(at, "before.json", &record(30, None, |arrival| scattered(1, arrival)));
    save(at, "now.json", &now);
    let from = |more: &[&str]| fobwatch(at, &[&["bench", "--from", "now.json"], more].concat());
    assert_eq!(from(&["--fail-if", "p99>1s", "--fail-if", "errors>0.1%"]).0, Some(0));
    let (code, told, _) = from(&["--fail-if", "p99>1us"]);
    assert!(code == Some(1) && told.contains("BROKEN: fail if p99>1us"), "{told}");
    let against = ["--baseline", "before.json", "--fail-if", "p50>baseline*1.1"];
    assert_eq!(from(&against).0, Some(1));
    let (code, _, said) = from(&against[2..]);
    assert!(code == Some(64) && said.contains("needs --baseline FILE"), "{said}");
    let (code, _, said) = from(&["--fail-if", "p99>50"]);
    assert!(code == Some(64) && said.contains("p99>50\n      ^ a time needs its unit"), "{said}");
    for _ in 0..2 {
        note(&mut now, (WorkKind::Valid, Ended::NoAnswer, "sign_in: timed out"), 1);
    }
    save(at, "now.json", &now);
    assert_eq!(from(&[]).0, Some(1));
    assert_eq!(from(&["--fail-if", "errors>0.1%"]).0, Some(0), "two of 3002 are allowed");
    note(&mut now, (WorkKind::Replayed, Ended::Accepted, ""), 1);
    save(at, "now.json", &now);
    assert_eq!(from(&["--fail-if", "errors>10%"]).0, Some(1), "an accepted replay never is");
}

#[test]
fn reports_are_refused_before_anything_is_measured() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let (code, _, said) = fobwatch(at, &["bench", "--report", "pdf=x.pdf"]);
    assert!(code == Some(64) && said.contains("html=FILE: one page"), "{said}");
    let (code, _, said) = fobwatch(at, &["bench", "--baseline", "none.json"]);
    assert!(code == Some(64) && said.contains("cannot read none.json"), "{said}");
    std::fs::write(at.join("odd.json"), "{}").expect("it is written");
    let (code, _, said) = fobwatch(at, &["bench", "--from", "odd.json"]);
    assert!(code == Some(65) && said.contains("odd.json is no record of a load"), "{said}");
    let (code, _, said) = fobwatch(at, &["bench", "--start-at", "2020-01-01T00:00:00Z"]);
    assert!(code == Some(64) && said.contains("has passed"), "{said}");
    save(at, "other.json", &record(2, None, |arrival| scattered(1, arrival)));
    let (code, _, said) = fobwatch(at, &["bench", "--baseline", "other.json"]);
    let why = "the baseline is another load: its arrival is 100 per second, and this one's is 20 per \
               second; measure as the baseline was measured";
    assert!(code == Some(64) && said.contains(why), "{said}");
    assert!(!said.contains("people:"), "nobody was enrolled: {said}");
}

#[test]
fn a_baseline_of_another_load_costs_nobody_the_result() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let mut now = record(2, None, |arrival| scattered(1, arrival));
    save(at, "before.json", &now);
    "another way".clone_into(&mut now.subject.driven_by);
    save(at, "now.json", &now);
    let from = ["bench", "--from", "now.json", "--baseline", "before.json"];
    let reports = ["--report", "html=now.html", "--report", "csv=now.csv"];
    let (code, told, said) = fobwatch(at, &[from.as_slice(), &reports].concat());
    assert!(code == Some(64) && said.contains("its way to ask is"), "{said}");
    assert!(told.contains("200 of 200 verifications"), "{told}");
    assert!(at.join("now.html").exists() && at.join("now.csv").exists());
    // A report that cannot be written costs nobody the others.
    std::fs::create_dir(at.join("taken")).expect("a folder");
    let reports = ["--report", "html=taken", "--report", "csv=later.csv"];
    let (code, _, said) = fobwatch(at, &[&from[..3], reports.as_slice()].concat());
    assert!(code == Some(74) && said.contains("cannot write taken"), "{said}");
    assert!(at.join("later.csv").exists());
}

#[test]
fn a_search_answers_for_what_it_found_and_for_its_errors() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let found = searched();
    let exit = |record: &Record| {
        save(at, "search.json", record);
        fobwatch(at, &["bench", "--from", "search.json"]).0
    };
    assert_eq!(exit(&found), Some(1), "two replayed codes were accepted at one of the rates");
    let mut sound = found.clone();
    sound.ladder.iter_mut().for_each(|rung| rung.accepted_though = 0);
    assert_eq!(exit(&sound), Some(0));
    note(&mut sound, (WorkKind::Valid, Ended::NoAnswer, "sign_in: timed out"), 0);
    assert_eq!(exit(&sound), Some(1), "nothing allows an error");
    let objective = "p99<50ms,errors<5%".to_owned();
    sound.asked.arrival = Arrival::Steps { from: 20, to: 500, objective };
    assert_eq!(exit(&sound), Some(0), "the objective does");
    sound.ladder.iter_mut().for_each(|rung| rung.met = false);
    assert_eq!(exit(&sound), Some(1), "no rate met it");
}

/// Sleeps nowhere: the shards themselves wait for the moment that they are told.
#[test]
fn four_processes_begin_together_and_make_one_load() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let clock = WallClock::new(|_| Box::pin(async {}));
    let start = clock.now() + Duration::from_secs(8);
    let shard = |index: u32| {
        let (shard, report) = (format!("{index}/4"), format!("json={index}.json"));
        let start = start.to_string();
        let load = ["--rate", "40", "--for", "2s", "--mix", "valid=4,wrong=1", "--no-calibration"];
        let own = ["--shard", &shard, "--start-at", &start, "--report", &report];
        fobwatch(at, &[&["bench"], load.as_slice(), own.as_slice()].concat())
    };
    std::thread::scope(|scope| {
        let shards = [1, 2, 3, 4].map(|index| scope.spawn(move || shard(index)));
        for shard in shards {
            let (code, _, said) = shard.join().expect("it ends");
            assert_eq!(code, Some(0), "{said}");
        }
    });
    let names = ["1.json", "2.json", "3.json", "4.json"];
    let merged = fobwatch(at, &[&["merge", "--output", "all.json"], names.as_slice()].concat());
    assert_eq!((merged.0, merged.2.as_str()), (Some(0), "4 shards, 80 verifications\n"));
    let read =
        |name: &str| file::read(File::open(at.join(name)).expect("a file")).expect("a record");
    let all = read("all.json");
    // Each arrival once, and the mix of the whole: the kinds are drawn before they are dealt.
    let alone = ["bench", "--rate", "40", "--for", "2s", "--mix", "valid=4,wrong=1"];
    let more = ["--no-calibration", "--report", "json=alone.json"];
    assert_eq!(fobwatch(at, &[alone.as_slice(), more.as_slice()].concat()).0, Some(0));
    assert_eq!(all.counts.outcomes, read("alone.json").counts.outcomes);
    let mut sum = read("1.json").counts;
    names[1..].iter().for_each(|name| sum.add(&read(name).counts));
    assert_eq!(all.counts.latency, sum.latency, "no latency is lost or changed");
    let began = all.parts.iter().map(|part| part.began - start).max().expect("parts");
    assert!(began < Duration::from_secs(2), "{began:?} after the moment");
}
