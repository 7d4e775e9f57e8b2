//! Libraries of one-time codes and authenticator apps behind adapters: what is sound is blamed for
//! nothing, and each thing that is done wrong is caught by exactly the requirement that it breaks.

use crate::clients;
use crate::stage;
use fobwatch::adapters;
use fobwatch::conformance::{self, REQUIREMENTS, Verdict, profile};
use fobwatch::domain::Role;
use fobwatch::report::{self, Standing};
use fobwatch::runner::{self, Run};
use std::collections::BTreeSet;
use std::path::Path;

/// Plays what is for it against `program` of `tests/it/roles`, run by `python3` with `argument`.
async fn run(program: &str, argument: &str) -> Run {
    let path = format!("{}/tests/it/roles/{program}", env!("CARGO_MANIFEST_DIR"));
    run_against(&format!("exec:python3 {path} {argument}")).await
}

async fn run_against(against: &str) -> Run {
    let post = stage::post().await;
    let host = adapters::open(against).await.expect("it speaks the protocol");
    let mut settings = stage::settings(against, 1);
    settings.profiles = profile::defaults(host.about().role).to_vec();
    let run = runner::run(host.clone(), &post.office, stage::shipped(), settings, |_| {}).await;
    host.close().await;
    run
}

fn broken(run: &Run) -> BTreeSet<&'static str> {
    let standings = report::standings(run).into_iter();
    let broken = standings.filter(|(_, standing)| *standing == Standing::Broken);
    broken.map(|(requirement, _)| requirement.id).collect()
}

fn undecided(run: &Run) -> Vec<String> {
    let odd = |verdict| matches!(verdict, Verdict::Skipped | Verdict::Inconclusive);
    let odd = run.played.iter().filter(|played| odd(played.verdict));
    odd.map(|played| format!("{}: {:?}", played.plan.id, played.remark)).collect()
}

/// What a sound `program` is judged by is all there is for its role, and all of it is kept.
async fn assert_sound(program: &str, role: Role) {
    let run = run(program, "").await;
    assert_eq!(undecided(&run), Vec::<String>::new());
    let wanted = REQUIREMENTS.iter().filter(|one| one.role() == role).count();
    let standings = report::standings(&run);
    assert_eq!(standings.len(), wanted);
    for (requirement, standing) in standings {
        assert_eq!(standing, Standing::Kept, "{}", requirement.id);
    }
    for played in &run.played {
        for id in &played.plan.covers {
            let judgement = played.judgements.iter().find(|one| one.requirement.id == id);
            let finding = judgement.map(|one| &one.finding);
            let is_kept = matches!(finding, Some(conformance::Finding::Kept { .. }));
            assert!(is_kept, "{} covers {id}: {finding:?}", played.plan.id);
        }
    }
}

/// Who makes no right code at all makes none of eight digits either.
const SPOILS_EVERY_CODE: [&str; 3] = ["fixed-offset", "hundredth-of-a-step", "one-step-late"];

async fn assert_caught(program: &str, defects: &[(&str, &str)], role: Role) {
    let mut caught = BTreeSet::new();
    for (defect, id) in defects {
        let run = run(program, defect).await;
        let broken = broken(&run);
        if SPOILS_EVERY_CODE.contains(defect) {
            assert!(broken.contains(id), "{defect}: {broken:?}");
        } else {
            assert_eq!(broken, BTreeSet::from([*id]), "{defect}");
        }
        assert_eq!(undecided(&run), Vec::<String>::new(), "{defect}");
        caught.insert(*id);
    }
    let all: BTreeSet<&str> =
        REQUIREMENTS.iter().filter(|one| one.role() == role).map(|one| one.id).collect();
    assert_eq!(caught, all, "each requirement catches a defect");
}

#[test]
fn a_sound_library_keeps_every_requirement_on_libraries() {
    stage::runtime().block_on(assert_sound("library.py", Role::Library));
}

#[test]
fn a_sound_app_keeps_every_requirement_on_apps() {
    stage::runtime().block_on(assert_sound("app.py", Role::Token));
}

#[test]
fn each_defect_of_a_library_is_caught_by_exactly_the_requirement_that_it_breaks() {
    let defects = [
        ("fixed-offset", "library.hotp-values"),
        ("hundredth-of-a-step", "library.totp-values"),
        ("leading-zeros-lost", "library.leading-zeros"),
        ("zero-refused", "library.leading-zeros"),
        ("ignores-digits", "library.digits"),
        ("ignores-algorithm", "library.algorithms"),
        ("ignores-period", "library.period"),
        ("cuts-long-keys", "library.long-keys"),
        ("counter-of-31-bits", "library.wide-counter"),
        ("time-of-31-bits", "library.beyond-2038"),
        ("window-too-wide", "library.window-refused"),
        ("window-too-narrow", "library.window-accepted"),
        ("test-code-left-in", "library.wrong-code-refused"),
        ("compares-numbers", "library.exact-length"),
        ("replay-accepted", "library.spent-refused"),
        ("last-byte-lost", "library.base32-values"),
        ("skips-other-characters", "library.base32-refused"),
        ("secret-not-needed", "library.key-uri-refused"),
        ("counter-not-needed", "library.key-uri-counter"),
        ("ten-bytes-are-enough", "library.key-uri-key"),
        ("label-not-decoded", "library.key-uri-label"),
        ("eight-unless-told", "library.key-uri-parameters"),
    ];
    stage::runtime().block_on(assert_caught("library.py", &defects, Role::Library));
}

#[test]
fn each_defect_of_an_app_is_caught_by_exactly_the_requirement_that_it_breaks() {
    let defects = [
        ("one-step-late", "app.codes"),
        ("leading-zeros-lost", "app.leading-zeros"),
        ("ignores-algorithm", "app.algorithm"),
        ("ignores-digits", "app.digits"),
        ("ignores-period", "app.period"),
        ("time-of-31-bits", "app.beyond-2038"),
        ("refuses-links", "app.takes-standard"),
        ("strict-secret", "app.secret-spelling"),
        ("needs-issuer", "app.labels"),
        ("takes-everything", "app.refuses-bad"),
    ];
    stage::runtime().block_on(assert_caught("app.py", &defects, Role::Token));
}

#[test]
fn what_a_library_or_an_app_has_not_is_skipped_and_never_a_failure() {
    stage::runtime().block_on(async {
        for (program, lack, scenarios) in
            [("library.py", "no-sha512", 2_usize), ("app.py", "no-links", 1)]
        {
            let run = run(program, lack).await;
            assert_eq!(broken(&run), BTreeSet::new());
            let skipped = |played: &&runner::Played| played.verdict == Verdict::Skipped;
            assert_eq!(run.played.iter().filter(skipped).count(), scenarios, "{lack}");
        }
        let honest = run("app.py", "sha1-only-and-says-so").await;
        assert_eq!(broken(&honest), BTreeSet::new());
    });
}

#[test]
fn scenarios_for_another_role_are_left_out_or_skipped() {
    stage::runtime().block_on(async {
        let server = stage::run("builtin:reference", 1, &stage::post().await).await;
        let strange = |id: &str| id.starts_with("library/") || id.starts_with("token/");
        assert!(!server.played.iter().any(|played| strange(&played.plan.id)));
        let only: Vec<_> =
            stage::shipped().into_iter().filter(|one| one.plan.id == "library/spent").collect();
        let run = stage::run_of(only, "builtin:reference", 1, &stage::post().await).await;
        let [played] = &run.played[..] else { panic!("one was chosen") };
        assert_eq!(played.verdict, Verdict::Skipped);
        let remark = played.remark.as_deref();
        assert_eq!(remark, Some("it is for a library, and the subject is a server"));
    });
}

#[test]
fn two_libraries_that_nobody_here_wrote_are_tested_unmodified() {
    let python = clients::python();
    let modules = Path::new(&python).parent().and_then(Path::parent).expect("its environment");
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/adapters/examples");
    let node = format!("env FOBWATCH_MODULES={} node", modules.display());
    stage::runtime().block_on(async {
        // A colon that is escaped separates nothing, and a missing counter is 0.
        let pyotp = run_against(&format!("exec:{python} {examples}/pyotp_library.py")).await;
        let two = ["library.key-uri-counter", "library.key-uri-label"];
        assert_eq!(broken(&pyotp), BTreeSet::from(two));
        // A space after the colon belongs to the account.
        let otpauth = run_against(&format!("exec:{node} {examples}/otpauth_library.mjs")).await;
        assert_eq!(broken(&otpauth), BTreeSet::from(["library.key-uri-label"]));
        for run in [&pyotp, &otpauth] {
            let stuck = |played: &&runner::Played| played.verdict == Verdict::Inconclusive;
            assert_eq!(run.played.iter().filter(stuck).count(), 0);
        }
    });
}
