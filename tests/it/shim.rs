//! The clock of unmodified servers: a map starts one with the preload library, and what it and its
//! children say of the time is compared with our clock.

use crate::puppet::python;
use crate::stage;
use fobwatch::adapters::map::MapHost;
use fobwatch::adapters::{self, Connection, Host, NotReachable, Stage};
use fobwatch::conformance::{Verdict, profile};
use fobwatch::domain::{Declared, Moment, Operation, Reply};
use fobwatch::report;
use fobwatch::runner;
use fobwatch::scenario;
use fobwatch::subject::{AskError, ClockMode};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/shim");

/// What a server says of the time, in seconds.
#[derive(Debug, Deserialize)]
struct Facts {
    unix: f64,
    /// By a program that it starts.
    child: f64,
    /// How long 50 ms take by the clock that nobody moves.
    sleep: f64,
}

/// What the server in Python says beyond that.
#[derive(Debug, Deserialize)]
struct More {
    pid: u32,
    environment: BTreeMap<String, String>,
    /// By a program that ran before it.
    before: f64,
    readings_ns: Vec<i64>,
    timeout: f64,
    slept_by_the_wall_clock: f64,
}

/// The map of the folder with `clock`, for the server that `command` starts.
fn map(clock: &str, command: &str, note: &Path) -> String {
    let text = include_str!("shim/map.yaml");
    assert!(text.contains("{ mode: shim }"), "the map has a clock");
    text.replace("{ mode: shim }", clock)
        .replace("[PYTHON, server.py, $port, NOTE]", command)
        .replace("PYTHON", &python())
        .replace("NOTE", &note.display().to_string())
}

/// A launched server, and where it keeps its note.
struct Launched {
    host: Arc<MapHost>,
    _folder: tempfile::TempDir,
}

async fn try_launch(clock: &str, command: &str) -> Result<Launched, NotReachable> {
    let folder = tempfile::tempdir().expect("a folder");
    let text = map(clock, command, &folder.path().join("note"));
    let host = MapHost::load(&text, &format!("{FOLDER}/map.yaml"), None).await?;
    Ok(Launched { host: Arc::new(host), _folder: folder })
}

const SERVER: &str = "[PYTHON, server.py, $port, NOTE]";

async fn launch(clock: &str, command: &str) -> Launched {
    try_launch(clock, command).await.unwrap_or_else(|error| panic!("{error}"))
}

impl Launched {
    async fn connect(&self, post: &stage::Post) -> Connection {
        connect(&*self.host, post).await
    }
}

async fn connect(host: &dyn Host, post: &stage::Post) -> Connection {
    let stage = Stage {
        number: 0,
        scenario: "shim".to_owned(),
        seed: 1,
        clock: host.clock(),
        gateways: post.office.endpoints.clone(),
        settings: Declared::default(),
    };
    host.connect(&stage).await.expect("a connection")
}

async fn said(connection: &Connection) -> String {
    connection.subject.ask("main", &Operation::Probe).await.expect("it answers").shown
}

async fn facts(connection: &Connection) -> Facts {
    serde_json::from_str(&said(connection).await).expect("facts")
}

/// As the runner does it: the server first, then our own clock.
async fn advance(launched: &Launched, connection: &Connection, seconds: u64) {
    try_advance(&*launched.host, connection, seconds).await.expect("nobody is asked");
}

async fn try_advance(
    host: &dyn Host,
    connection: &Connection,
    seconds: u64,
) -> Result<(), AskError> {
    let by = Duration::from_secs(seconds);
    let asked = connection.subject.ask("harness", &Operation::AdvanceClock { by }).await?;
    assert_eq!(asked.reply, Reply::Done);
    host.clock().advance(by);
    Ok(())
}

#[allow(clippy::cast_precision_loss, reason = "microseconds fit into the 53 bits of a fraction")]
fn unix(moment: Moment) -> f64 {
    moment.unix_ms() as f64 / 1000.0
}

fn assert_between(low: f64, value: f64, high: f64) {
    assert!(low <= value && value < high, "{value} is not from {low} to {high}");
}

/// Ours and theirs agree in milliseconds, and what is no wall clock does not stand.
fn assert_stands_with(launched: &Launched, facts: &Facts) {
    let now = unix(launched.host.clock().now());
    // A fraction of today's size is a quarter of a microsecond wide.
    for theirs in [facts.unix, facts.child] {
        assert_between(now - 0.000_001, theirs, now + 0.001);
    }
    assert_between(0.049, facts.sleep, 5.0);
}

#[test]
fn an_unmodified_server_and_its_children_stand_until_they_are_moved_at_once() {
    stage::runtime().block_on(async {
        let (post, launched) = (stage::post().await, launch("{ mode: shim }", SERVER).await);
        assert_eq!(launched.host.about().clock, ClockMode::SharedVirtual);
        let connection = launched.connect(&post).await;
        let first = facts(&connection).await;
        assert_between(0.0, first.unix - unix(Moment::EPOCH), 0.1);
        assert_stands_with(&launched, &first);
        advance(&launched, &connection, 301).await;
        let second = facts(&connection).await;
        assert_between(301.0, second.unix - first.unix, 301.1);
        assert_stands_with(&launched, &second);
        launched.host.close().await;
    });
}

#[test]
fn a_program_that_runs_before_sees_the_clock_and_readings_keep_their_order() {
    stage::runtime().block_on(async {
        let (post, launched) = (stage::post().await, launch("{ mode: shim }", SERVER).await);
        let connection = launched.connect(&post).await;
        let more: More = serde_json::from_str(&said(&connection).await).expect("facts");
        assert_between(0.0, more.before - unix(Moment::EPOCH), 0.001);
        assert!(more.readings_ns.is_sorted_by(|one, next| one < next), "{:?}", more.readings_ns);
        assert_between(0.049, more.timeout, 5.0);
        assert_between(0.0, more.slept_by_the_wall_clock, 0.001);
        launched.host.close().await;
    });
}

#[test]
fn what_was_laid_down_goes_with_the_run_and_so_does_the_server() {
    stage::runtime().block_on(async {
        let (post, launched) = (stage::post().await, launch("{ mode: shim }", SERVER).await);
        let connection = launched.connect(&post).await;
        let more: More = serde_json::from_str(&said(&connection).await).expect("facts");
        let control = Path::new(&more.environment["FOBWATCH_CLOCK"]);
        let folder = control.parent().expect("a folder").to_owned();
        let library = more.environment["LD_PRELOAD"].split(':').next().expect("a library");
        assert!(Path::new(library).starts_with(&folder), "{library}");
        let process = Path::new("/proc").join(more.pid.to_string());
        assert!(folder.exists() && process.exists());
        launched.host.close().await;
        drop((connection, launched));
        assert!(!process.exists(), "the server still runs");
        assert!(!folder.exists(), "{} is left", folder.display());
    });
}

#[test]
fn a_clock_that_runs_goes_on_by_itself_and_is_moved_too() {
    stage::runtime().block_on(async {
        let clock = "{ mode: shim, runs: true }";
        let (post, launched) = (stage::post().await, launch(clock, SERVER).await);
        assert_eq!(launched.host.about().clock, ClockMode::Offset);
        let connection = launched.connect(&post).await;
        for by in [0, 86_400] {
            advance(&launched, &connection, by).await;
            let before = unix(launched.host.clock().now());
            let text = said(&connection).await;
            let after = unix(launched.host.clock().now()) + 0.001;
            let facts: Facts = serde_json::from_str(&text).expect("facts");
            let more: More = serde_json::from_str(&text).expect("facts");
            assert_between(before, facts.child, after);
            assert_between(before, facts.unix, after);
            assert_between(0.049, more.slept_by_the_wall_clock, 5.0);
        }
        launched.host.close().await;
    });
}

#[test]
fn a_server_in_node_is_moved_as_well() {
    stage::runtime().block_on(async {
        let command = "[node, server.mjs, $port]";
        let (post, launched) = (stage::post().await, launch("{ mode: shim }", command).await);
        let connection = launched.connect(&post).await;
        assert_stands_with(&launched, &facts(&connection).await);
        advance(&launched, &connection, 86_400).await;
        assert_stands_with(&launched, &facts(&connection).await);
        launched.host.close().await;
    });
}

#[test]
fn a_token_of_ours_and_an_unmodified_server_agree_a_month_later() {
    stage::runtime().block_on(async {
        let (post, launched) = (stage::post().await, launch("{ mode: shim }", SERVER).await);
        let text = include_str!("shim/a_month_later.yaml");
        let plans = scenario::load("a_month_later.yaml", text, &[]).expect("it loads");
        let mut settings = stage::settings("map:map.yaml", 1);
        settings.profiles = vec![profile::by_name("rfc-otp").expect("a profile")];
        let (host, tickets) = (launched.host.clone(), runner::tickets(plans));
        let run = runner::run(host, &post.office, tickets, settings, |_| {}).await;
        let [played] = &run.played[..] else { panic!("one scenario is played") };
        let troubles: Vec<String> = report::trouble::troubles(&run, played)
            .iter()
            .map(report::trouble::Trouble::plain)
            .collect();
        assert_eq!(played.verdict, Verdict::Pass, "{:?} {troubles:?}", played.remark);
        launched.host.close().await;
    });
}

#[test]
fn a_server_that_does_not_follow_the_clock_is_not_tested() {
    stage::runtime().block_on(async {
        for clock in ["{ mode: shim }", "{ mode: shim, runs: true }"] {
            let command = "[env, -u, LD_PRELOAD, PYTHON, server.py, $port, NOTE]";
            let Some(NotReachable::Silent(why)) = try_launch(clock, command).await.err() else {
                panic!("it is told from one that follows");
            };
            assert!(why.contains("its answers are dated") && why.contains("mode: real"), "{why}");
        }
    });
}

/// What the adapter of the folder, started with `argument`, is opened as.
async fn adapter(argument: &str) -> Arc<dyn Host> {
    let against = format!("exec:'{}' '{FOLDER}/adapter.py' {argument}", python());
    adapters::open(&against).await.unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn an_adapter_can_start_its_server_with_the_shim_and_is_not_asked_to_move_it() {
    stage::runtime().block_on(async {
        let (post, host) = (stage::post().await, adapter("").await);
        assert_eq!(host.about().clock, ClockMode::SharedVirtual);
        let connection = connect(&*host, &post).await;
        for by in [None, Some(86_400)] {
            if let Some(seconds) = by {
                try_advance(&*host, &connection, seconds).await.expect("nobody is asked");
            }
            let text = said(&connection).await;
            let times: BTreeMap<String, f64> = serde_json::from_str(&text).expect("times");
            let now = unix(host.clock().now());
            assert_between(now - 0.000_001, times["server"], now + 0.001);
            assert!(times["adapter"] < unix(Moment::EPOCH), "it keeps the time of the machine");
        }
        host.close().await;
    });
}

#[test]
fn a_clock_that_no_program_follows_is_not_moved() {
    stage::runtime().block_on(async {
        let (post, host) = (stage::post().await, adapter("without").await);
        let connection = connect(&*host, &post).await;
        let _nothing_follows = said(&connection).await;
        let moved = try_advance(&*host, &connection, 1).await;
        let Err(AskError::Adapter(why)) = moved else { panic!("{moved:?}") };
        assert!(why.contains("FOBWATCH_SHIM"), "{why}");
        host.close().await;
    });
}
