//! The ready-made adapters against the real implementations that `scripts/install-subjects` installs:
//! each comes out as its list of observations says.

use crate::benched::{benched, mapped};
use fobwatch::load::record::{Ended, Standing, WorkKind};
use insta::assert_snapshot;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the adapter `name` is.
fn adapter(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("adapters").join(name)
}

/// Plays all scenarios against `adapters/NAME` with its list of what is known; gives how many came
/// out how.
fn holds(name: &str) -> String {
    let (folder, against) = (adapter(name), mapped(&adapter(name)));
    let known = folder.join("expectations.yaml");
    let output = Command::new(env!("CARGO_BIN_EXE_fobwatch"))
        .args(["run", "--quiet", "--against", &against, "--expectations"])
        .arg(&known)
        .env("NO_COLOR", "1")
        .output()
        .expect("the command runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let more = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{name} came out otherwise:\n{said}{more}");
    verdicts(&said)
}

/// How many scenarios came out how, by the summary line in `said`: without their total and those
/// that are skipped, which grow with each new scenario, and without steps and time.
fn verdicts(said: &str) -> String {
    let line = said.lines().find(|line| line.contains(" scenarios: ")).expect("a summary");
    let (_, outcomes) = line.split_once(": ").expect("a total");
    let outcomes = outcomes.split(" · ").next().unwrap_or(outcomes);
    without(outcomes, &["skipped"])
}

/// `outcomes` without those of these kinds.
fn without(outcomes: &str, kinds: &[&str]) -> String {
    let is_of = |part: &str| kinds.iter().any(|kind| part.ends_with(kind));
    let kept: Vec<&str> = outcomes.split(", ").filter(|part| !is_of(part)).collect();
    kept.join(", ")
}

/// The parts of `outcomes` that do not depend on which of the flaky scenarios fail this time.
fn steady(outcomes: &str) -> String {
    without(outcomes, &["passed", "weak", "flaky"])
}

#[test]
fn django_two_factor_auth_is_as_its_list_says() {
    assert_snapshot!(steady(&holds("django-two-factor-auth")), @"33 known to fail");
}

#[test]
fn privacyidea_is_as_its_list_says() {
    assert_snapshot!(steady(&holds("privacyidea")), @"46 known to fail");
}

#[test]
fn flask_security_is_as_its_list_says() {
    assert_snapshot!(holds("flask-security"), @"94 passed, 29 weak, 39 known to fail");
}

#[test]
fn better_auth_is_as_its_list_says() {
    assert_snapshot!(holds("better-auth"), @"144 passed, 8 weak, 22 known to fail");
}

/// Its list of observations knows that it takes a code of an app as often as it is typed.
#[test]
fn better_auth_is_benched_and_the_replays_that_it_takes_are_a_finding_and_no_success() {
    let folder = adapter("better-auth");
    let known = std::fs::read_to_string(folder.join("expectations.yaml")).expect("its list");
    assert!(known.contains("authenticator/replayed-code"), "else this test has lost its reason");
    let benched = benched(&mapped(&folder));
    assert_eq!(benched.code, Some(1), "{}", benched.said);
    benched.assert_adds_up(None);
    benched.assert_page();
    let (record, said) = (&benched.record, &benched.said);
    let taken = benched.count(WorkKind::Replayed, |one| one.ended == Ended::Accepted);
    assert!(taken > 0, "{said}");
    assert_eq!(record.count(Standing::AcceptedThough), taken, "of no other kind: {said}");
    let finding = format!("{taken} × replayed code accepted, though it must be refused");
    assert!(said.contains(&format!("ACCEPTED     {finding}")), "{said}");
    assert!(said.contains(&format!("{taken} codes that must be refused were accepted")), "{said}");
    let subject = &record.subject;
    assert!(subject.name.starts_with("better-auth ") && subject.launched && !subject.in_process);
    let last = record.parts[0].samples.last().and_then(|sample| sample.subject);
    let used = last.expect("it was launched by us, so its use is known");
    // Node alone has tens of megabytes, and no sign-in is free.
    assert!(used.memory_bytes > 10 << 20 && !used.cpu.is_zero(), "{used:?}");
    assert!(said.lines().any(|line| line.starts_with("  subject      ")), "{said}");
}
