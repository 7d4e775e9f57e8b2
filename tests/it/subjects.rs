//! The ready-made adapters against the real implementations that `scripts/install-subjects` installs:
//! each comes out as its list of observations says.

use insta::assert_snapshot;
use std::path::Path;
use std::process::Command;

/// Plays all scenarios against `adapters/NAME` with its list of what is known; gives how many came
/// out how.
fn holds(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("adapters").join(name);
    let against = format!("map:{}", folder.join("adapter.yaml").display());
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
