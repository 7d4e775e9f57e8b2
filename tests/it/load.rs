//! Tests of load: the arithmetic of plans, what counts as a success, both engines against servers
//! that know the truth, and a stall that must show.

#![allow(clippy::expect_used, reason = "a test fails by saying what it expected")]

mod ending;
mod ground;
mod plans;
mod stall;
mod truth;

use fobwatch::load::record::{Arrival, Standing, Stop, WorkKind};
use fobwatch::load::{Plan, Wanted};
use ground::{Driven, on_reference, on_reference_behind_program, on_served_reference, wanted};
use std::process::Command;
use std::time::Duration;

fn plan(per_second: u32, milliseconds: u64, mix: &str) -> Plan {
    let stop = Stop::After(Duration::from_millis(milliseconds));
    let mix = mix.parse().expect("a mix");
    let wanted =
        Wanted { mix, attempts: Some(5), ..wanted(Arrival::Constant { per_second }, stop) };
    Plan::of(wanted).expect("a plan")
}

#[tokio::test]
async fn a_small_load_on_the_reference_succeeds_throughout() {
    let plan = plan(20, 300, "valid=1");
    let Driven { counts, took } = on_reference(&plan, "reference").await;
    assert_eq!(counts.outcomes.of(Standing::Succeeded).map(|one| one.count).sum::<u64>(), 6);
    assert_eq!(counts.outcomes.all().count(), 1, "{:?}", counts.outcomes);
    assert!(took >= Duration::from_millis(250), "it waits for the last intended start");
    let phases: Vec<&str> = counts.phases.iter().map(|phase| phase.name.as_str()).collect();
    assert_eq!(phases, ["request", "verify"]);
}

#[tokio::test]
async fn a_subject_that_asks_for_no_token_counts_as_failing() {
    let plan = plan(20, 100, "valid=1");
    let driven = on_reference(&plan, "reference?defect=pin-suffices-after-enrolment").await;
    assert_eq!(driven.count(Standing::Succeeded), 0);
    assert_eq!(driven.count(Standing::Failed), 2);
}

#[tokio::test]
async fn a_replayed_code_never_counts_as_a_success() {
    let plan = plan(20, 1_000, "valid=40,replayed=40,wrong=10,expired=10");
    let sound = on_reference(&plan, "reference").await;
    let replays = |driven: &Driven, standing| {
        let all = driven.counts.outcomes.of(standing);
        all.filter(|one| one.work == WorkKind::Replayed).map(|one| one.count).sum::<u64>()
    };
    assert_eq!(sound.count(Standing::Failed), 0, "{:?}", sound.counts.outcomes);
    assert_eq!(sound.count(Standing::AcceptedThough), 0);
    assert!(replays(&sound, Standing::AsItShould) > 2, "{:?}", sound.counts.outcomes);
    let defective = on_reference(&plan, "reference?defect=replay-accepted").await;
    assert_eq!(replays(&defective, Standing::AsItShould), 0, "{:?}", defective.counts.outcomes);
    assert_eq!(
        replays(&defective, Standing::AcceptedThough),
        replays(&sound, Standing::AsItShould)
    );
    assert_eq!(defective.count(Standing::Succeeded), sound.count(Standing::Succeeded));
    // Nor in the course of it: there it is a failure by its own name.
    let courses = defective.counts.slices.each().iter();
    let named: u64 = courses.filter_map(|one| one.failed.get("replayed code accepted")).sum();
    assert_eq!(named, defective.count(Standing::AcceptedThough));
}

#[tokio::test]
async fn locked_accounts_are_refused_and_that_is_right() {
    let plan = plan(20, 200, "valid=50,locked=50");
    let driven = on_reference(&plan, "reference").await;
    assert_eq!(driven.count(Standing::Failed), 0, "{:?}", driven.counts.outcomes);
    assert!(driven.count(Standing::AsItShould) > 0, "{:?}", driven.counts.outcomes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_with_a_cookie_is_compiled_too() {
    let plan = plan(40, 1_000, "valid=70,wrong=10,replayed=20");
    let driven = on_served_reference(&plan).await;
    assert_eq!(driven.count(Standing::Failed), 0, "{:?}", driven.counts.outcomes);
    assert_eq!(driven.count(Standing::AcceptedThough), 0, "{:?}", driven.counts.outcomes);
    let good = driven.count(Standing::Succeeded) + driven.count(Standing::AsItShould);
    assert_eq!(Some(good), plan.arrivals());
    let phases: Vec<&str> = driven.counts.phases.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(phases, ["request", "verify"]);
}

/// Whoever drives a closed loop does not know how many codes it takes.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_loop_ends_where_everybody_has_used_their_code() {
    let stop = Stop::After(Duration::from_mins(1));
    let arrival = Arrival::Closed { people_at_once: 4 };
    let plan = Plan::of(Wanted { pool: Some(20), ..wanted(arrival, stop) }).expect("a plan");
    for is_served in [false, true] {
        let driven = if is_served {
            on_served_reference(&plan).await
        } else {
            on_reference(&plan, "reference").await
        };
        // Twice as many where the time step turned meanwhile.
        assert!([20, 40].contains(&driven.count(Standing::Succeeded)), "{:?}", driven.counts);
        assert_eq!(driven.count(Standing::Failed), 0, "{:?}", driven.counts.outcomes);
        assert!(driven.took < Duration::from_secs(55), "it does not stay and do nothing");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_fobwatch"))
        .args(["bench", "--workers", "4", "--for", "60s", "--pool", "20", "--no-calibration"])
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout).replace('\n', " ");
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("everybody had used the code") && said.contains("larger --pool"),
        "{said}"
    );
}

#[test]
fn a_search_of_the_reference_finds_the_highest_that_was_to_be_tried() {
    let output = Command::new(env!("CARGO_BIN_EXE_fobwatch"))
        .args(["bench", "--rate", "5..20", "--objective", "p99<60s,errors<50%", "--for", "500ms"])
        .args(["--mix", "valid=3,wrong=1", "--report", "csv=-"])
        .output()
        .expect("it starts");
    let (rates, said) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{said}");
    let found = "20 per second met p99<60s,errors<50%, and no higher rate was to be tried";
    assert!(said.contains(found), "{said}");
    let rates: Vec<&str> = rates.lines().map(|line| line.split(',').next().unwrap_or("")).collect();
    assert_eq!(rates, ["per_second", "5", "10", "20"]);
    let none = ["bench", "--rate", "5..20", "--objective", "p50<1us", "--for", "500ms"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_fobwatch"));
    let output = command.args(none).arg("--no-calibration").output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("not even 5 per second met p50<1us"), "{said}");
}

/// The example of an adapter that is a program, between us and a server whose clock runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_load_goes_through_an_adapter_that_is_a_program() {
    let plan = plan(10, 1_000, "valid=3,wrong=1,replayed=1");
    let driven = on_reference_behind_program(&plan).await;
    let good = driven.count(Standing::Succeeded) + driven.count(Standing::AsItShould);
    assert_eq!(Some(good), plan.arrivals(), "{:?}", driven.counts.outcomes);
    assert_eq!(driven.count(Standing::AcceptedThough), 0);
}

/// Codes that are sent are read out of messages, and the hand-over to the gateway is a stage.
#[test]
fn a_load_by_message_tells_the_hand_over_apart() {
    for by in ["sms", "email"] {
        let output = Command::new(env!("CARGO_BIN_EXE_fobwatch"))
            .args(["bench", "--by", by, "--rate", "10", "--for", "1s", "--no-calibration"])
            .args(["--mix", "valid=3,wrong=1,replayed=1"])
            .output()
            .expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}{told}");
        assert!(said.contains(": 10 of 10 verifications ended as they should"), "{said}");
        for stage in ["request", "hand over", "verify"] {
            assert!(
                said.lines().any(|line| line.starts_with(&format!("  {stage:<12} p50"))),
                "{said}"
            );
        }
        assert!(said.contains("code.spent"), "a replayed code is refused: {said}");
        assert!(told.contains("nobody is sent a second code within 30 s"), "{told}");
    }
}

#[test]
fn the_command_line_refuses_what_cannot_be_driven_as_wrong_usage() {
    let bench = |arguments: &[&str]| {
        let program = env!("CARGO_BIN_EXE_fobwatch");
        let output =
            Command::new(program).arg("bench").args(arguments).output().expect("it starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let refused = [
        (
            &["--rate", "20", "--for", "1m", "--pool", "100"][..],
            "20 per second × 30 s = 600 people",
        ),
        (&["--for", "soon"], "write a time such as"),
        (&["--rate", "10..20", "--arrival", "poisson"], "is for a ramp or a search"),
        (&["--arrival", "search"], "needs an --objective"),
        (&["--workers", "4", "--for", "5s"], "say how many people there are with --pool"),
        (&["--mix", "valid=1,happy=2"], "there is no work `happy`"),
        (&["--workers", "4", "--count", "9", "--mix", "replayed=1"], "before its replay"),
        (&["--workers", "4", "--count", "9", "--rate", "9"], "cannot be used with"),
        (&["--rate", "50", "--objective", "p99<1s"], "--rate 50..500; whether one rate"),
        (&["--rate", "50..9", "--objective", "p99<1s"], "such as --rate 9..50"),
        (&["--rate", "9..5000", "--objective", "p99<1s", "--for", "1m"], "there can be 100000"),
        (&["--for", "0s"], "give a longer --for"),
        (&["--report", "html=no/such/folder/load.html"], "there is no folder no/such/folder"),
    ];
    for (arguments, remedy) in refused {
        let (code, told) = bench(arguments);
        assert_eq!(code, Some(64), "{arguments:?}: {told}");
        assert!(told.contains(remedy), "{arguments:?}: {told}");
    }
}
