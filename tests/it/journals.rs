//! Saved runs: judged again, reported later, compared, joined from shards.

use crate::stage;
use fobwatch::journal;
use fobwatch::report::{self, terminal};
use fobwatch::runner::{Played, Run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn fobwatch(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fobwatch"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Plays and keeps the journal of every scenario whose id begins with one of `only`.
fn kept(folder: &Path, name: &str, defect: &str, only: &[&str]) -> PathBuf {
    let (report, against) = (format!("ndjson={name}"), format!("builtin:reference{defect}"));
    let mut arguments = vec!["run", "--quiet", "--against", &against, "--report", &report];
    arguments.extend(only.iter().flat_map(|id| ["--only", id]));
    let output = fobwatch(folder, &arguments);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", text(&output.stderr));
    folder.join(name)
}

fn findings(run: &Run) -> Vec<String> {
    let of = |played: &Played| {
        let found: Vec<String> = played
            .judgements
            .iter()
            .map(|one| {
                let finding = serde_json::to_string(&one.finding).expect("it serialises");
                format!("{} {finding}", one.requirement.id)
            })
            .collect();
        format!("{} {} {:?}\n{}", played.plan.id, played.verdict, played.remark, found.join("\n"))
    };
    run.played.iter().map(of).collect()
}

fn shown(run: &Run) -> String {
    let mut bytes = Vec::new();
    terminal::write(run, terminal::Detail::EveryScenario, &mut bytes).expect("memory takes it");
    text(&bytes)
}

#[test]
fn a_journal_judged_again_gives_the_same_findings_and_every_report_to_the_byte() {
    let mut live = stage::runtime().block_on(async {
        let post = stage::post().await;
        stage::run("builtin:reference?defect=replay-accepted", 1, &post).await
    });
    let bytes = stage::journal_of(&live);
    let saved = journal::read(bytes.as_slice()).expect("it is a journal");
    let again = Run::revived(saved, None).expect("its profiles are known");
    assert_eq!(findings(&again), findings(&live));
    assert!(findings(&again).concat().contains("\"finding\":\"broken\""));
    assert!(stage::journal_of(&again) == bytes, "written again it is another file");
    // Only how long it took is not in a journal.
    live.took = None;
    assert_eq!(shown(&again), shown(&live));
    for form in report::FORMS {
        let written = |run: &Run| {
            let mut bytes = Vec::new();
            form.write(run, &mut bytes).expect("memory takes it");
            bytes
        };
        assert!(written(&again) == written(&live), "{} differs", form.name());
    }
}

#[test]
fn what_was_not_played_is_in_a_journal_with_its_reason() {
    let run = stage::runtime().block_on(async {
        let (post, mut tickets) = (stage::post().await, stage::shipped());
        tickets.truncate(2);
        tickets[0].not_applicable = Some("no phones here".to_owned());
        let host = fobwatch::adapters::open("builtin:reference").await.expect("it is built in");
        let settings = stage::settings("builtin:reference", 1);
        fobwatch::runner::run(host, &post.office, tickets, settings, |_| {}).await
    });
    let saved = journal::read(stage::journal_of(&run).as_slice()).expect("it is a journal");
    let again = Run::revived(saved, None).expect("its profiles are known");
    assert_eq!(findings(&again), findings(&run));
    assert!(findings(&again)[0].contains("skipped Some(\"not applicable: no phones here\")"));
}

#[test]
fn judging_and_reporting_by_command_agree_with_the_run() {
    let folder = folder();
    let only = ["--only", "sign-in/replayed-code"];
    let against = ["--against", "builtin:reference?defect=replay-accepted"];
    let outputs = ["--report", "ndjson=run.ndjson", "--report", "junit=live.xml"];
    let live = fobwatch(folder.path(), &[&["run"], &only[..], &against, &outputs].concat());
    let again = fobwatch(folder.path(), &["judge", "run.ndjson"]);
    assert_eq!((live.status.code(), again.status.code()), (Some(1), Some(1)));
    let took = regex::Regex::new(r" · \d+ ms").expect("a pattern");
    assert_eq!(text(&again.stdout), took.replace(&text(&live.stdout), ""));
    let late = ["report", "run.ndjson", "--report", "junit=late.xml"];
    assert_eq!(fobwatch(folder.path(), &late).status.code(), Some(0));
    let read = |name: &str| fs::read(folder.path().join(name)).expect("it was written");
    assert_eq!(read("late.xml"), read("live.xml"));
    assert_eq!(fobwatch(folder.path(), &["report", "run.ndjson"]).status.code(), Some(64));
    let other = fobwatch(folder.path(), &["judge", "run.ndjson", "--profile", "psd2"]);
    assert!(text(&other.stdout).contains("(psd2)"), "{}", text(&other.stdout));
}

#[test]
fn a_journal_that_ends_too_early_is_inconclusive_and_one_that_is_none_is_refused() {
    let folder = folder();
    let path = kept(folder.path(), "run.ndjson", "", &["sms/"]);
    let whole = fs::read_to_string(&path).expect("it was written");
    let end = whole.trim_end().rfind('\n').expect("many lines") + 1;
    fs::write(folder.path().join("cut.ndjson"), &whole[..end]).expect("a file");
    let output = fobwatch(folder.path(), &["judge", "cut.ndjson", "--quiet"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).contains("incomplete: it has no footer"), "{output:?}");
    let lines: Vec<&str> = whole.lines().collect();
    let holed = [&lines[..7], &lines[8..]].concat().join("\n");
    fs::write(folder.path().join("holed.ndjson"), holed).expect("a file");
    let output = fobwatch(folder.path(), &["judge", "holed.ndjson"]);
    assert_eq!(output.status.code(), Some(65));
    assert!(text(&output.stderr).contains("line 8"), "{output:?}");
    assert_eq!(fobwatch(folder.path(), &["judge", "none.ndjson"]).status.code(), Some(64));
}

#[test]
fn four_shards_joined_are_the_single_run_to_the_byte() {
    let folder = folder();
    let whole = fs::read(kept(folder.path(), "whole.ndjson", "", &[])).expect("it was written");
    let mut names = Vec::new();
    for index in 1..=4 {
        let (shard, name) = (format!("{index}/4"), format!("shard-{index}.ndjson"));
        let report = format!("ndjson={name}");
        let arguments = ["run", "--quiet", "--shard", &shard, "--report", &report];
        let output = fobwatch(folder.path(), &arguments);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}", text(&output.stderr));
        assert!(text(&output.stdout).contains(&format!("shard {index}/4")), "{output:?}");
        names.insert(0, name);
    }
    let merge = |names: &[&str]| {
        let arguments = [&["merge", "--output", "merged.ndjson"], names].concat();
        let output = fobwatch(folder.path(), &arguments);
        (output.status.code(), text(&output.stderr))
    };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(merge(&names).0, Some(0));
    let merged = fs::read(folder.path().join("merged.ndjson")).expect("it was written");
    assert!(merged == whole, "the whole and its parts differ");
    let (code, said) = merge(&names[1..]);
    assert_eq!(code, Some(2));
    assert!(said.contains("shard 4/4 is missing"), "{said}");
    let overlapping = [names[0], names[1], names[1]];
    let (code, said) = merge(&overlapping);
    assert_eq!(code, Some(65));
    assert!(said.contains("is in shard-3.ndjson and in shard-3.ndjson"), "{said}");
    let (code, said) = merge(&[names[0], "whole.ndjson"]);
    assert_eq!(code, Some(65));
    assert!(said.contains("the number of shards differs"), "{said}");
}

#[test]
fn journals_of_different_runs_are_not_joined() {
    let folder = folder();
    kept(folder.path(), "sound.ndjson", "", &["sms/resend"]);
    kept(folder.path(), "broken.ndjson", "?defect=code-in-page", &["sms/first-sign-in"]);
    let joined = ["merge", "sound.ndjson", "broken.ndjson", "--output", "x.ndjson"];
    let output = fobwatch(folder.path(), &joined);
    assert_eq!(output.status.code(), Some(65));
    assert!(text(&output.stderr).contains("the subject differs"), "{output:?}");
    assert!(!folder.path().join("x.ndjson").exists());
}

#[test]
fn a_shard_without_scenarios_is_fine() {
    let folder = folder();
    let output = fobwatch(folder.path(), &["run", "--only", "sms/resend", "--shard", "999/999"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("shard 999/999 holds none of the"), "{output:?}");
    assert_eq!(fobwatch(folder.path(), &["run", "--shard", "3/2"]).status.code(), Some(64));
}

#[test]
fn a_difference_names_what_broke_and_what_was_mended() {
    let folder = folder();
    let only = ["sign-in/replayed-code", "sms/first-sign-in"];
    kept(folder.path(), "sound.ndjson", "", &only);
    kept(folder.path(), "broken.ndjson", "?defect=replay-accepted", &only[..1]);
    let diff = |old: &str, new: &str, more: &[&str]| {
        let output = fobwatch(folder.path(), &[&["diff", old, new], more].concat());
        (output.status.code(), text(&output.stdout))
    };
    let (code, worse) = diff("sound.ndjson", "broken.ndjson", &[]);
    assert_eq!(code, Some(1), "{worse}");
    assert!(worse.contains("newly broken\n  sign-in/replayed-code: "), "{worse}");
    assert!(worse.contains("pass → fail"), "{worse}");
    assert!(worse.contains("only in the old run\n  sms/first-sign-in"), "{worse}");
    let (code, better) = diff("broken.ndjson", "sound.ndjson", &[]);
    assert_eq!(code, Some(0), "{better}");
    assert!(better.contains("fixed\n  sign-in/replayed-code: "), "{better}");
    let (code, json) = diff("sound.ndjson", "broken.ndjson", &["--json"]);
    assert_eq!(code, Some(1));
    let json: serde_json::Value = serde_json::from_str(&json).expect("one object");
    let rules = json["newly_broken"].as_array().expect("an array").iter();
    let rules: Vec<&str> = rules.filter_map(|change| change["rule"].as_str()).collect();
    assert!(rules.contains(&"rfc6238.single-use"), "{rules:?}");
    assert_eq!(diff("sound.ndjson", "sound.ndjson", &[]), (Some(0), "nothing changed\n".into()));
}
