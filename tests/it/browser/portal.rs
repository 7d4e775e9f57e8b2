//! The reference's own pages, used as a person uses them.

use crate::stage;
use fobwatch::adapters::browser::BrowserHost;
use fobwatch::adapters::{BrowserSettings, Host};
use fobwatch::conformance::{Finding, Judgement, Verdict};
use fobwatch::report;
use fobwatch::runner::{self, Played, Run, Ticket};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

const FILE: &str = include_str!("../../../adapters/reference-browser.yaml");

/// The shipped file, with this build's program and what else it is started with.
fn file(more: &str) -> String {
    FILE.replace("- $fobwatch", &format!("- {}", env!("CARGO_BIN_EXE_fobwatch")))
        .replace("    - --clock=virtual\n", &format!("    - --clock=virtual\n{more}"))
}

/// The guide's ways and what goes wrong on them: a few of each kind.
const FAMILY: [&str; 24] = [
    "abuse/another-session",
    "abuse/five-wrong-then-right",
    "authenticator/first-sign-in",
    "certificate/with-two-factors",
    "desktop/windows-enrolment",
    "desktop/wrong-registration-code",
    "email/alternative-authentication",
    "email/no-mobile-number",
    "faults/sms-gateway-down",
    "input/cut",
    "input/more-than-the-code",
    "lost/revoked-token",
    "mobile/activation-expired",
    "mobile/cancelled-and-begun-again",
    "mobile/mobile-then-desktop",
    "mobile/ok-too-early",
    "push/confirmed",
    "races/one-pin-two-browsers",
    "sign-in/another-person-in-the-browser",
    "sign-in/replayed-code",
    "sign-in/wrong-password",
    "sms/first-sign-in",
    "sms/resend",
    "sms/wrong-pin-then-right",
];

/// Decided or not as the codes come out that a server draws.
const BY_CHANCE: [&str; 1] = ["rfc4226.leading-zeros"];

fn family() -> Vec<Ticket> {
    let chosen = |ticket: &Ticket| {
        let id = ticket.plan.id.split(['[', '#']).next().unwrap_or_default();
        // One round of a race is enough: here it is the way that is tested.
        let is_repeated = ticket.plan.id.contains("round=") && !ticket.plan.id.contains("round=1]");
        FAMILY.contains(&id) && !is_repeated
    };
    let tickets: Vec<Ticket> = stage::shipped().into_iter().filter(chosen).collect();
    assert!(tickets.len() >= FAMILY.len(), "only {} of the family are shipped", tickets.len());
    tickets
}

async fn in_the_browser(more: &str, tickets: Vec<Ticket>, post: &stage::Post) -> Run {
    let (text, gateways) = (file(more), Some(&post.office.endpoints));
    let name = "adapters/reference-browser.yaml";
    let host = BrowserHost::load(&text, name, gateways, &BrowserSettings::default()).await;
    let host: Arc<dyn Host> = Arc::new(host.unwrap_or_else(|error| panic!("{error}")));
    let settings = stage::settings("browser:adapters/reference-browser.yaml", 1);
    let run = runner::run(Arc::clone(&host), &post.office, tickets, settings, |_| {}).await;
    host.close().await;
    run
}

/// Which requirements a scenario decided, and how.
fn decided(played: &Played) -> Vec<(&'static str, &'static str)> {
    let word = |judgement: &Judgement| match judgement.finding {
        Finding::Kept { .. } => "kept",
        Finding::Broken { .. } => "broken",
        Finding::Untested => "untested",
    };
    let decided = played.judgements.iter().map(|one| (one.requirement.id, word(one)));
    decided.filter(|(_, word)| *word != "untested").collect()
}

fn told(run: &Run, played: &Played) -> String {
    let troubles = report::trouble::troubles(run, played);
    let troubles: Vec<String> = troubles.iter().map(report::trouble::Trouble::plain).collect();
    format!("{}: {:?}\n{}", played.plan.id, played.remark, troubles.join("\n"))
}

#[test]
fn what_a_person_sees_in_the_browser_is_judged_as_what_a_program_sees() {
    stage::runtime().block_on(async {
        let post = stage::post().await;
        let seen = in_the_browser("", family(), &post).await;
        let direct = stage::run_of(family(), "builtin:reference", 1, &post).await;
        let mut differences = Vec::new();
        for (seen_one, direct_one) in seen.played.iter().zip(&direct.played) {
            assert_eq!(direct_one.verdict, Verdict::Pass);
            let remark = seen_one.remark.as_deref().unwrap_or_default();
            // No person can type a control character, or more than the field takes.
            let is_untypable = ["no way to type", "it takes at most"];
            if seen_one.verdict == Verdict::Skipped
                && is_untypable.iter().any(|why| remark.contains(why))
            {
                continue;
            }
            assert_eq!(seen_one.verdict, Verdict::Pass, "{}", told(&seen, seen_one));
            let (one, other) = (decided(seen_one), decided(direct_one));
            let by_chance = |(id, _): &&(&str, &str)| BY_CHANCE.contains(id);
            let unlike = other.iter().filter(|judged| !one.contains(judged) && !by_chance(judged));
            differences
                .extend(unlike.map(|judged| format!("{} lacks {judged:?}", seen_one.plan.id)));
        }
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    });
}

#[test]
fn a_defect_is_caught_in_the_browser_too() {
    stage::runtime().block_on(async {
        let post = stage::post().await;
        let tickets: Vec<Ticket> = stage::shipped()
            .into_iter()
            .filter(|ticket| ticket.plan.id == "sign-in/replayed-code")
            .collect();
        let run = in_the_browser("    - --defect=replay-accepted\n", tickets, &post).await;
        let broken: Vec<_> = run.played.iter().flat_map(decided).collect();
        assert!(broken.contains(&("rfc6238.single-use", "broken")), "{broken:?}");
    });
}

fn fobwatch(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fobwatch"));
    command.args(arguments).env("NO_COLOR", "1").env("TMPDIR", folder).current_dir(folder);
    command.output().expect("the command runs")
}

/// The processes whose command lines speak of `folder`, by their numbers.
fn processes_of(folder: &Path) -> Vec<String> {
    let folder = folder.display().to_string();
    let speaks = |process: &fs::DirEntry| {
        let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(&folder)
    };
    let all = fs::read_dir("/proc").expect("processes").filter_map(Result::ok);
    all.filter(speaks).map(|process| process.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_run_leaves_no_process_and_no_folder_behind_but_the_pages_that_it_was_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("good.yaml"), file("")).expect("written");
    let renamed = file("").replace("fill: One-time PIN", "fill: The PIN");
    fs::write(folder.path().join("renamed.yaml"), renamed).expect("written");
    let inside = tempfile::tempdir().expect("a folder for what is temporary");
    let run = |file: &str| {
        let file = format!("browser:{}", folder.path().join(file).display());
        let only = ["--only", "sms/wrong-pin-then-right", "--traces", "pages"];
        fobwatch(inside.path(), &[&["run", "--against", file.as_str()], &only[..]].concat())
    };
    let good = run("good.yaml");
    let said = String::from_utf8_lossy(&good.stdout).into_owned();
    assert_eq!(good.status.code(), Some(0), "{said}");
    let renamed = run("renamed.yaml");
    let said = String::from_utf8_lossy(&renamed.stdout).into_owned();
    assert_eq!(renamed.status.code(), Some(2), "{said}");
    let step = "step 2 of submit_code (fill label `The PIN`): no visible element of the page fits";
    assert!(said.contains(step) && said.contains("pages/sms/wrong-pin-then-right"), "{said}");
    let left = fs::read_dir(inside.path()).expect("a folder").filter_map(Result::ok);
    let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["pages"]);
    assert!(fs::read_dir(inside.path().join("pages/sms/wrong-pin-then-right")).is_ok());
    assert_eq!(processes_of(inside.path()), Vec::<String>::new());
}

#[test]
fn traces_of_what_has_no_pages_are_refused_before_anything_is_played() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = fobwatch(folder.path(), &["run", "--traces", "pages"]);
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&output.stderr).contains("browser:FILE.yaml"));
    let missing = ["run", "--against", "browser:none.yaml", "--chromedriver", "/nowhere"];
    assert_eq!(fobwatch(folder.path(), &missing).status.code(), Some(64));
}

#[test]
fn a_browser_that_is_not_there_ends_with_four() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("good.yaml"), file("")).expect("written");
    let output = fobwatch(
        folder.path(),
        &["run", "--against", "browser:good.yaml", "--chromedriver", "/nowhere/chromedriver"],
    );
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("apt-get install --no-install-recommends chromium"), "{said}");
}
