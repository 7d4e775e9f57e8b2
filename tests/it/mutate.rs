//! `fobwatch mutate`: a suite is scored, bounded, and leaves nothing behind.

use std::path::Path;
use std::process::{Command, Output};

fn mutate(arguments: &[&str], suite: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fobwatch"))
        .arg("mutate")
        .args(arguments)
        .arg("--")
        .args(suite)
        .env("NO_COLOR", "1")
        .env("FOBWATCH_DEFECT", "told by hand")
        .output()
        .expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A suite of one line.
fn shell(script: &str) -> [&str; 3] {
    ["sh", "-c", script]
}

#[allow(clippy::disallowed_methods, reason = "a test is told by its script where Python is")]
fn python() -> String {
    std::env::var("FOBWATCH_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

#[test]
fn the_example_suite_catches_what_it_tests_and_misses_what_it_does_not() {
    let suite = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/mutate/suite.py");
    let python = python();
    let verdicts = |only: &str| {
        let output = mutate(&["--only", only, "--timeout", "120s"], &[&python, suite]);
        let (told, log) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{only}:\n{told}\n{log}");
        (told, log)
    };
    for caught in ["replay-accepted", "pin-replay-accepted", "code-in-page", "destination-unmasked"]
    {
        let (told, log) = verdicts(caught);
        assert!(log.contains(&format!("caught     {caught}\n")), "{log}");
        assert!(told.contains("100%: 1 of 1 defects caught"), "{told}");
    }
    let (told, _) = verdicts("no-lockout");
    assert!(told.contains("survived  no-lockout"), "{told}");
    assert!(told.contains("breaks rfc4226.throttle: "), "{told}");
    assert!(told.contains("no test of the suite guards: "), "{told}");
    assert!(told.contains("0%: 0 of 1 defects caught, 1 survived"), "{told}");
}

#[test]
fn a_suite_that_fails_against_the_sound_reference_is_not_scored() {
    let output = mutate(&["--only", "no-lockout"], &shell("echo the third test fails; exit 1"));
    assert_eq!(output.status.code(), Some(2));
    let why = text(&output.stderr);
    assert!(why.contains("the third test fails") && why.contains("sound reference"), "{why}");
    assert!(output.stdout.is_empty(), "{output:?}");
}

#[test]
fn too_low_a_score_fails_the_build() {
    let score = |least: &str| {
        let arguments = ["--only", "lockout-*", "--min-score", least];
        mutate(&arguments, &shell("true")).status.code()
    };
    assert_eq!(score("1"), Some(1));
    assert_eq!(score("0"), Some(0));
}

#[test]
fn a_suite_is_told_where_everything_is_and_not_which_defect_it_faces() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("seen");
    let script = format!("env | grep ^FOBWATCH_ | sort >> '{}'; echo >> '{0}'", file.display());
    let output = mutate(&["--only", "no-lockout", "--jobs", "1"], &shell(&script));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let seen = std::fs::read_to_string(&file).expect("the suite ran");
    let runs: Vec<&str> = seen.trim().split("\n\n").collect();
    assert_eq!(runs.len(), 2, "the sound one and one defect:\n{seen}");
    for run in runs {
        for name in ["FOBWATCH_URL", "FOBWATCH_INBOX_URL", "FOBWATCH_SMS_URL", "FOBWATCH_SMTP"] {
            assert!(run.contains(&format!("{name}=")), "{name} is missing:\n{run}");
        }
        assert!(!run.contains("FOBWATCH_DEFECT") && !run.contains("lockout"), "{run}");
    }
}

/// Whether the process is still there, and no zombie that somebody has yet to take.
fn lives(id: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(id).join("stat"));
    stat.is_ok_and(|stat| !stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" Z")))
}

#[test]
fn a_suite_that_does_not_end_is_ended_with_all_that_it_started() {
    if !Path::new("/proc/self/stat").exists() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (first, children) = (folder.path().join("first"), folder.path().join("children"));
    // The first run is the one against the sound reference: it leaves a child behind and passes.
    let script = format!(
        "sleep 600 & echo $! >> '{}'; test -e '{}' && wait; touch '{1}'",
        children.display(),
        first.display()
    );
    let output = mutate(&["--only", "no-lockout", "--timeout", "1s"], &shell(&script));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let told = text(&output.stdout);
    assert!(told.contains("1 of 1 defects caught, 1 of them by not ending"), "{told}");
    let children = std::fs::read_to_string(&children).expect("both runs wrote");
    assert_eq!(children.lines().count(), 2, "{children}");
    for child in children.lines() {
        assert!(!lives(child), "{child} was left behind");
    }
}

#[test]
fn a_command_or_defect_that_is_not_there_is_a_slip_of_the_author() {
    assert_eq!(mutate(&[], &["no-such-command-here"]).status.code(), Some(64));
    let output = mutate(&["--only", "nonsense"], &shell("true"));
    assert_eq!(output.status.code(), Some(64));
    assert!(text(&output.stderr).contains("--defects"), "{output:?}");
}
