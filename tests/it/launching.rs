//! Maps that start their server, and `fobwatch adapter try`.

use fobwatch::domain::clock::Stopwatch;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/launch")
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fobwatch"));
    command
        .args(arguments)
        .env("NO_COLOR", "1")
        .env("LAUNCH_TEST_ADMIN", "sesame-4711")
        .current_dir(fixtures());
    command
}

fn ran(mut command: Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("the command runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

/// The map of the fixture with other lines in its `launch`, in a folder of its own.
fn altered(edit: impl Fn(String) -> String) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let map = fs::read_to_string(fixtures().join("adapter.yaml")).expect("the map");
    fs::write(folder.path().join("adapter.yaml"), edit(map)).expect("a map");
    fs::copy(fixtures().join("server.py"), folder.path().join("server.py")).expect("a server");
    folder
}

fn tried_in(folder: &Path, operations: &[&str]) -> (Option<i32>, String, String) {
    let file = folder.join("adapter.yaml");
    let file = file.to_str().expect("UTF-8");
    ran(command(&[&["adapter", "try", file], operations].concat()))
}

/// What differs from run to run, made the same.
fn settled(text: &str) -> String {
    let mut settled = text.to_owned();
    for (pattern, stands_for) in [
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"sid=[0-9a-f]{16}", "sid=SESSION"),
        (r"date: .*", "date: DATE"),
        (r"server: .*", "server: SERVER"),
        (r"\b\d{6}\b", "CODE"),
    ] {
        let pattern = regex::Regex::new(pattern).expect("a pattern");
        settled = pattern.replace_all(&settled, stands_for).into_owned();
    }
    settled
}

#[test]
fn all_that_passes_while_operations_are_tried_is_shown_and_secrets_are_not() {
    let operations = ["provision", "+", "sign_in", "+", "submit_code", "+", "probe"];
    let (exit, told, log) = tried_in(&fixtures(), &operations);
    assert_eq!(exit, Some(0), "{told}{log}");
    assert!(!told.contains("sesame"), "the administrator's token is shown:\n{told}");
    insta::assert_snapshot!(settled(&told));
}

#[test]
fn an_answer_without_a_meaning_says_which_condition_each_rule_missed() {
    let folder = altered(|map| map.replace("$.next: home", "$.next: start"));
    let operations = ["provision", "+", "sign_in", "+", "submit_code"];
    let (exit, told, log) = tried_in(folder.path(), &operations);
    assert_eq!(exit, Some(2), "{told}{log}");
    let told = settled(&told);
    for line in [
        "  replies[0] does not fit: the status is 200\n",
        "  replies[1] does not fit: $.next is \"home\"\n",
        "  replies[2] does not fit: $.next is \"home\"\n",
    ] {
        assert!(told.contains(line), "{told}");
    }
    assert!(log.contains("no rule of the map fits"), "{log}");
}

#[test]
fn what_is_written_wrong_after_the_file_is_explained() {
    for (words, why) in [
        (vec!["sign_inn"], "`sign_inn` is no operation"),
        (vec!["sign_in", "user"], "`user` is no value"),
        (vec!["sign_in", "code=1"], "sign_in takes no `code`; it takes user, password"),
        (vec!["probe", "+"], "an operation stands on each side of a `+`"),
    ] {
        let (exit, _, log) = tried_in(&fixtures(), &words);
        assert_eq!(exit, Some(64), "{log}");
        assert!(log.contains(why), "{log}");
    }
}

#[test]
fn a_server_is_asked_to_end_when_the_run_is_over() {
    let folder = altered(|map| map.replace("    SMS_URL", "    FAREWELL: farewell\n    SMS_URL"));
    let (exit, told, log) = tried_in(folder.path(), &["probe"]);
    assert_eq!(exit, Some(0), "{told}{log}");
    let farewell = fs::read_to_string(folder.path().join("farewell"));
    assert_eq!(farewell.ok().as_deref(), Some("ended"));
}

#[test]
fn a_server_that_does_not_start_is_not_the_subject_of_any_verdict_and_its_last_words_are_shown() {
    let folder = altered(|map| map.replace("server.py, $port", "server.py, nonsense"));
    let map = format!("map:{}", folder.path().join("adapter.yaml").display());
    let (exit, told, log) = ran(command(&["run", "--against", &map]));
    assert_eq!(exit, Some(4), "{told}{log}");
    assert!(log.contains("it ended (exit status: 1) before it was ready"), "{log}");
    assert!(log.contains("invalid literal for int"), "{log}");
}

#[test]
fn a_server_that_is_never_ready_is_ended_and_so_is_all_that_it_has_started() {
    let folder = altered(|map| {
        let slow = "command: [sh, -c, 'sleep 3600 & echo $$! > child; echo waiting; wait']\n  \
                    ready_within: 300ms";
        map.replace("command: [python3, server.py, $port]", slow)
    });
    let (exit, told, log) = tried_in(folder.path(), &["probe"]);
    assert_eq!(exit, Some(4), "{told}{log}");
    assert!(log.contains("it was not ready within 300ms; it said last:\n  waiting"), "{log}");
    let child = fs::read_to_string(folder.path().join("child")).expect("it has started one");
    assert_ends(child.trim());
}

/// The process is gone, or is only waited for by whoever inherited it.
fn assert_ends(process: &str) {
    let status = Path::new("/proc").join(process).join("status");
    let waiting = Stopwatch::start();
    while fs::read_to_string(&status).is_ok_and(|text| !text.contains("State:\tZ")) {
        assert!(waiting.elapsed() < Duration::from_secs(10), "process {process} is left behind");
        std::thread::yield_now();
    }
}

#[test]
fn what_runs_before_the_server_must_end_well() {
    let folder = altered(|map| {
        map.replace("  ready:", "  before: [[sh, -c, 'echo no table; exit 7']]\n  ready:")
    });
    let (exit, told, log) = tried_in(folder.path(), &["probe"]);
    assert_eq!(exit, Some(4), "{told}{log}");
    assert!(log.contains("it ended (exit status: 7); it said last:\n  no table"), "{log}");
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let folder = altered(|map| map.replace("[python3,", "[no-such-program,"));
    let (exit, told, log) = tried_in(folder.path(), &["probe"]);
    assert_eq!(exit, Some(4), "{told}{log}");
    assert!(log.contains("cannot run `no-such-program server.py"), "{log}");
}

#[test]
fn a_server_that_hangs_up_is_quoted_with_what_it_said() {
    let folder = altered(|map| map.replace("GET /me", "GET /hang-up"));
    let (exit, told, log) = tried_in(folder.path(), &["probe"]);
    assert_eq!(exit, Some(2), "{told}{log}");
    assert!(log.contains("it said last:") && log.contains("no such page"), "{log}");
}

#[test]
fn a_server_that_ends_while_it_is_asked_is_said_to_have_ended() {
    let folder = altered(|map| map.replace("GET /me", "GET /crash"));
    let (exit, told, log) = tried_in(folder.path(), &["probe"]);
    assert_eq!(exit, Some(2), "{told}{log}");
    assert!(log.contains("the server that the map started has ended (exit status: 3)"), "{log}");
}
