//! The harness itself, tested: an adapter that misbehaves on command. Each behaviour has its
//! verdict and message in `fixtures/puppet`, comes to its end in time, and leaves no process
//! behind.

use crate::stage;
use fobwatch::adapters::{self, Briefing, Host, Limits, Stage};
use fobwatch::domain::clock::Stopwatch;
use fobwatch::domain::{Declared, Operation, Reply, Secret};
use fobwatch::runner::{self, Ticket};
use fobwatch::scenario;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What the puppet does wrong at the first `probe`, and how long the harness is patient with it.
const BEHAVIOURS: &[&str] = &[
    "closes-its-output",
    "crashes",
    "crashes-always",
    "crashes-at-hello",
    "crashes-with-a-child-running",
    "does-not-want",
    "doubles-an-answer",
    "ends-without-a-word",
    "fault",
    "fault-without-effect",
    "fault-without-effect-once",
    "floods-stderr",
    "floods-stderr-and-crashes",
    "has-no-name",
    "ignores-its-end",
    "is-killed",
    "logs-at-hello",
    "logs-to-stdout",
    "no-id",
    "no-json",
    "no-outcome",
    "no-utf8",
    "number-as-id",
    "pieces",
    "signs-of-life",
    "sound",
    "speaks-version-2",
    "tells-no-time",
    "too-long-a-line",
    "two-outcomes",
    "unknown-class",
    "unknown-reply",
    "unknown-value",
    "wrong-id",
];

/// Those that are met by a deadline, so that it has to be a short one.
const SILENT: &[&str] = &["hangs", "hangs-at-hello", "is-deaf", "is-late", "is-silent-once"];

/// Longer than any behaviour may take, the start of a few interpreters on a busy machine included.
const ENOUGH: Duration = Duration::from_mins(1);

#[allow(clippy::disallowed_methods, reason = "a test is told by its script where Python is")]
pub(crate) fn python() -> String {
    std::env::var("FOBWATCH_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

fn command(behaviour: &str, token: &str) -> String {
    let puppet = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/puppet/puppet.py");
    format!("exec:'{}' '{puppet}' {behaviour} {token}", python())
}

fn limits(behaviour: &str) -> Limits {
    let short = |long: Duration| {
        if SILENT.contains(&behaviour) { Duration::from_millis(700) } else { long }
    };
    // The silence at the greeting is the only one that the start of an interpreter is part of.
    let start = if behaviour == "hangs-at-hello" { Duration::from_secs(2) } else { ENOUGH };
    let operation =
        if behaviour == "signs-of-life" { Duration::from_secs(1) } else { short(ENOUGH) };
    Limits { start, operation, goodbye: Duration::from_millis(500) }
}

/// Three scenarios that ask the same, so that the later ones show whether the harness recovers.
fn tickets() -> Vec<Ticket> {
    let source = "
scenario: Two questions
covers: []
people: { ada: { mobile: true } }
steps:
  - probe: {}
    expect: { reply: signed_out }
  - probe: {}
    expect: { reply: signed_out }
";
    let plans = ["first", "second", "third"].into_iter().flat_map(|name| {
        scenario::load(&format!("{name}.yaml"), source, &[]).expect("the scenario loads")
    });
    runner::tickets(plans.collect())
}

/// Plays against the puppet, and tells how each scenario came out.
async fn played(behaviour: &str, token: &str) -> String {
    let briefing = Briefing { limits: limits(behaviour), ..Briefing::default() };
    let against = command(behaviour, token);
    let host = match adapters::open_with(&against, briefing).await {
        Ok(host) => host,
        Err(error) => return format!("cannot be reached\n  {error}\n"),
    };
    let post = stage::post().await;
    let settings = runner::Settings { jobs: 1, ..stage::settings(&against, 1) };
    let run = runner::run(Arc::clone(&host), &post.office, tickets(), settings, |_| {}).await;
    host.close().await;
    let mut told = String::new();
    for played in &run.played {
        let _ = writeln!(told, "{} {:?}", played.plan.id, played.verdict);
        if let Some(remark) = &played.remark {
            let _ = writeln!(told, "  {remark}");
        }
    }
    told
}

/// The processes with `token` on their command line.
fn living(token: &str) -> Vec<PathBuf> {
    let processes = fs::read_dir("/proc").expect("a system with /proc");
    let paths = processes.flatten().map(|entry| entry.path());
    // A dead process that nobody has taken off the list has no command line.
    let has_token = |path: &PathBuf| {
        let line = fs::read(path.join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(token)
    };
    paths.filter(has_token).collect()
}

/// Waits until the system has buried what was killed.
fn assert_nobody_left(behaviour: &str, token: &str) {
    let watch = Stopwatch::start();
    while !living(token).is_empty() {
        let left = living(token);
        assert!(watch.elapsed() < Duration::from_secs(20), "{behaviour} left {left:?}");
        std::thread::yield_now();
    }
}

fn token(behaviour: &str) -> String {
    format!("token-{}-{behaviour}-end", std::process::id())
}

fn show(behaviour: &str) -> String {
    let token = token(behaviour);
    let watch = Stopwatch::start();
    // On one thread scenarios begin in the order of the catalogue, and requests have their numbers.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let told = runtime.expect("a runtime").block_on(async {
        tokio::time::timeout(ENOUGH, played(behaviour, &token))
            .await
            .unwrap_or_else(|_| panic!("{behaviour} came to no end within {} s", ENOUGH.as_secs()))
    });
    assert!(watch.elapsed() < ENOUGH, "{behaviour} took {:?}", watch.elapsed());
    assert_nobody_left(behaviour, &token);
    told
}

/// Compares with the file, or writes it where `UPDATE_GOLDEN` is set.
#[allow(clippy::disallowed_methods, reason = "a test's own switch to rewrite its golden files")]
fn assert_golden(behaviour: &str, told: &str) {
    let file = format!("{}/fixtures/puppet/{behaviour}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&file, told).expect("the golden file is written");
    }
    assert_eq!(told, fs::read_to_string(&file).unwrap_or_default(), "{file}");
}

#[test]
fn every_misbehaviour_is_told_for_what_it_is() {
    for behaviour in BEHAVIOURS {
        assert_golden(behaviour, &show(behaviour));
    }
}

#[test]
fn silence_ends_at_its_deadline() {
    for behaviour in SILENT {
        assert_golden(behaviour, &show(behaviour));
    }
}

#[test]
fn every_golden_file_has_its_behaviour() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/puppet");
    for entry in fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        let known = BEHAVIOURS.contains(&name.as_str()) || SILENT.contains(&name.as_str());
        assert!(known || name == BESIDE_OTHERS, "{}", path.display());
    }
}

const BESIDE_OTHERS: &str = "crashes-at-a-probe-beside-others";

async fn open(against: &str) -> Arc<dyn Host> {
    adapters::open(against).await.unwrap_or_else(|error| panic!("{error}"))
}

fn scenario(name: &str, post: &stage::Post, host: &dyn Host) -> Stage {
    Stage {
        scenario: name.to_owned(),
        number: 0,
        seed: 1,
        clock: host.clock(),
        gateways: post.office.endpoints.clone(),
        settings: Declared::default(),
    }
}

#[test]
fn of_several_requests_under_way_the_one_that_ends_the_adapter_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let marker = folder.path().join("ended-once");
    let token = token(BESIDE_OTHERS);
    let against = format!("{} '{}'", command(BESIDE_OTHERS, &token), marker.display());
    let told = stage::runtime().block_on(async {
        let (host, post) = (open(&against).await, stage::post().await);
        let (one, other) = (scenario("one", &post, &*host), scenario("other", &post, &*host));
        let one = host.connect(&one).await.expect("a connection").subject;
        let other = host.connect(&other).await.expect("a connection").subject;
        let sign_in = Operation::SignIn { user: "ada".to_owned(), password: Secret::new("x") };
        let (one, other) =
            tokio::join!(one.ask("main", &Operation::Probe), other.ask("main", &sign_in));
        host.close().await;
        let told = one.expect_err("it has ended").to_string();
        assert_eq!(told, other.expect_err("it has ended").to_string());
        told + "\n"
    });
    assert_golden(BESIDE_OTHERS, &told);
    assert_nobody_left(BESIDE_OTHERS, &token);
}

#[test]
fn a_fresh_adapter_is_told_what_time_it_is() {
    let token = token("clock");
    stage::runtime().block_on(async {
        let host = open(&command("forgets-its-clock", &token)).await;
        let (post, by) = (stage::post().await, Duration::from_mins(2));
        let stage = scenario("first", &post, &*host);
        let subject = host.connect(&stage).await.expect("a connection").subject;
        let advanced = subject.ask("harness", &Operation::AdvanceClock { by }).await;
        assert_eq!(advanced.expect("an answer").reply, Reply::Done);
        host.clock().advance(by);
        let lost = subject.ask("main", &Operation::Probe).await.expect_err("it has ended");
        assert!(lost.to_string().contains("exit status: 3"), "{lost}");
        let after = subject.ask("main", &Operation::ListTokens).await.expect_err("it is gone");
        assert!(after.to_string().contains("had begun with it is lost"), "{after}");
        let fresh = host.connect(&stage).await.expect("a fresh one").subject;
        let answer = fresh.ask("main", &Operation::ListTokens).await.expect("an answer");
        let Reply::Tokens(tokens) = answer.reply else { panic!("{:?}", answer.reply) };
        assert_eq!(tokens[0].id, "120", "its clock was brought to ours");
        host.close().await;
    });
    assert_nobody_left("clock", &token);
}

#[test]
fn an_adapter_is_started_anew_a_bounded_number_of_times() {
    let token = token("bounded");
    let last = stage::runtime().block_on(async {
        let host = open(&command("crashes-always", &token)).await;
        let post = stage::post().await;
        let mut told = String::new();
        for _ in 0..13 {
            let refused = host.connect(&scenario("first", &post, &*host)).await.err();
            told = refused.expect("it crashes").to_string();
        }
        host.close().await;
        told
    });
    assert!(last.contains("it was started anew 10 times, which is enough"), "{last}");
    assert_nobody_left("bounded", &token);
}

#[test]
fn an_adapter_that_cannot_keep_scenarios_apart_gets_one_at_a_time() {
    let token = token("serial");
    stage::runtime().block_on(async {
        let host = open(&command("wants-one-at-a-time", &token)).await;
        assert_eq!(host.most_at_once(), Some(1));
        host.close().await;
        let host = open(&command("sound", &token)).await;
        assert_eq!(host.most_at_once(), None);
        host.close().await;
    });
    assert_nobody_left("serial", &token);
}

#[test]
fn a_host_that_is_dropped_leaves_nobody_behind() {
    let token = token("dropped");
    stage::runtime().block_on(async {
        let host = open(&command("ignores-its-end", &token)).await;
        assert!(!living(&token).is_empty(), "the test must see the process while it lives");
        drop(host);
    });
    assert_nobody_left("dropped", &token);
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let opened = stage::runtime().block_on(adapters::open("exec:./no-such-program --fast"));
    let Err(error) = opened else { panic!("there is no such program") };
    let told = error.to_string();
    assert!(told.contains("cannot run `./no-such-program`"), "{told}");
}
