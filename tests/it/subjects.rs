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
    let counts = said.lines().find(|line| line.contains(" scenarios: ")).unwrap_or(&said);
    // Without the time that it took.
    counts.rsplit_once(" · ").map_or(counts, |(counts, _)| counts).to_owned()
}

/// The parts of `counts` that do not depend on which of the flaky scenarios fail this time.
fn steady(counts: &str) -> String {
    let (total, outcomes) = counts.split_once(": ").expect("a total");
    let (outcomes, _) = outcomes.split_once(" · ").unwrap_or((outcomes, ""));
    let comes_and_goes =
        |part: &&str| ["passed", "weak", "flaky"].iter().any(|w| part.ends_with(w));
    let steady: Vec<&str> = outcomes.split(", ").filter(|part| !comes_and_goes(part)).collect();
    format!("{total}: {}", steady.join(", "))
}

#[test]
fn django_two_factor_auth_is_as_its_list_says() {
    let counts = steady(&holds("django-two-factor-auth"));
    assert_snapshot!(counts, @"347 scenarios: 33 known to fail, 161 skipped");
}

#[test]
fn flask_security_is_as_its_list_says() {
    assert_snapshot!(
        holds("flask-security"),
        @"347 scenarios: 93 passed, 29 weak, 39 known to fail, 186 skipped · 1890 steps · 1325 expectations"
    );
}

#[test]
fn better_auth_is_as_its_list_says() {
    assert_snapshot!(
        holds("better-auth"),
        @"347 scenarios: 143 passed, 8 weak, 22 known to fail, 174 skipped · 1909 steps · 1138 expectations"
    );
}
