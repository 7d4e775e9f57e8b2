//! Tests of load: the arithmetic of a pool, and a small measurement of the embedded reference.

#![allow(clippy::expect_used, reason = "a test fails by saying what it expected")]

use fobwatch::adapters::builtin::Builtin;
use fobwatch::adapters::{Connection, Endpoints, Host, Stage};
use fobwatch::domain::operation::OperationKind;
use fobwatch::domain::{Clock, Moment, RejectionClass, Secret, Soon, VirtualClock, WallClock};
use fobwatch::gateways::Account;
use fobwatch::gateways::email::smtp;
use fobwatch::gateways::inbox::Inbox;
use fobwatch::gateways::listen::{Gateways, Settings};
use fobwatch::load::plan::MOST_PEOPLE;
use fobwatch::load::{self, Failure, Load, Measured, NotPlanned, Plan, Pool, RealPace, Setting};
use fobwatch::load::{Pace, Work};
use fobwatch::otp::Period;
use std::num::NonZeroU32;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

fn load(rate: u32, milliseconds: u64, period: u32) -> Load {
    Load {
        rate: NonZeroU32::new(rate).expect("not zero"),
        duration: Duration::from_millis(milliseconds),
        period: Period::new(period.into()).expect("a period"),
    }
}

#[test]
fn a_pool_has_as_many_people_as_keep_every_code_fresh() {
    // rate, duration in ms, period in s: verifications, people
    let table = [
        ((20, 5_000, 30), (100, 100)),
        ((20, 30_000, 30), (600, 600)),
        // People come again: a second's worth of them more than 600 is enrolled, if there is use.
        ((20, 30_500, 30), (610, 610)),
        ((20, 300_000, 30), (6_000, 620)),
        ((20, 300_000, 60), (6_000, 1_220)),
        ((3, 500, 30), (2, 2)),
        ((1, 1, 1), (1, 1)),
    ];
    for ((rate, duration, period), expected) in table {
        let plan = Plan::size(load(rate, duration, period)).expect("a plan");
        assert_eq!((plan.arrivals(), plan.people()), expected, "{rate} {duration} {period}");
    }
}

#[test]
fn nobody_comes_twice_within_one_time_step() {
    let plan = Plan::size(load(7, 20_000, 2)).expect("a plan");
    for pool in [plan.people(), 14] {
        let plan = plan.with_pool(pool).expect("large enough");
        let mut last = vec![None; plan.people() as usize];
        for arrival in 0..plan.arrivals() {
            let (person, at) = (plan.person(arrival), plan.intended(arrival));
            let before = last[person].replace(at);
            let apart =
                before.is_none_or(|before| at.saturating_sub(before) >= Duration::from_secs(2));
            assert!(apart, "{arrival} of {pool}");
        }
    }
}

#[test]
fn a_pool_that_is_too_small_is_refused_with_the_arithmetic() {
    let plan = Plan::size(load(20, 60_000, 30)).expect("a plan");
    let told = plan.with_pool(100).map_err(|why| why.to_string());
    let expected = "20 per second × 30 s = 600 people, a code is good once; you gave 100";
    assert_eq!(told, Err(expected.to_owned()));
    assert_eq!(plan.with_pool(600).map(|plan| plan.people()), Ok(600));
}

#[test]
fn a_load_without_end_or_without_time_is_refused() {
    assert_eq!(Plan::size(load(20, 0, 30)), Err(NotPlanned::NoTime));
    let needed = u64::from(u32::MAX) * 31;
    let endless = Load { duration: Duration::MAX, ..load(u32::MAX, 0, 30) };
    assert_eq!(Plan::size(endless), Err(NotPlanned::TooManyPeople { needed }));
    let most = u32::try_from(MOST_PEOPLE).expect("a number of people");
    let plan = Plan::size(load(1, 1_000, 30)).expect("a plan");
    assert!(plan.with_pool(most).is_ok() && plan.with_pool(most + 1).is_err());
}

fn nap(duration: Duration) -> Soon<'static, ()> {
    Box::pin(tokio::time::sleep(duration))
}

/// A pool in front of the embedded reference, and the gateways that it needs while enrolling.
async fn pool(plan: Plan, against: &str, clock: Arc<dyn Clock>) -> (Gateways, Arc<Pool>) {
    let host = Builtin::parse(against).expect("the embedded reference");
    let inbox = Inbox::new(Arc::clone(&clock));
    let account = Account { id: "AC1".to_owned(), token: Secret::new("load") };
    let settings = Settings::loopback(account);
    let gateways = Gateways::open(settings, Arc::clone(&inbox), smtp::open).await.expect("ports");
    let endpoints = Endpoints {
        sms_url: gateways.addresses().sms.to_string(),
        sms_account: "AC1".to_owned(),
        sms_token: Secret::new("load"),
        smtp: gateways.addresses().smtp,
        detour: None,
    };
    let clock_of_stage = Arc::clone(&clock);
    let stage = Stage {
        scenario: "load".to_owned(),
        number: 0,
        seed: 1,
        clock: clock_of_stage,
        gateways: endpoints,
        settings: fobwatch::domain::Declared::default(),
    };
    let Connection { subject, network } = host.connect(&stage).await.expect("a connection");
    let setting = Setting { seed: 1, clock, inbox, network };
    (gateways, Pool::enrol(subject, &setting, plan, || {}).await.expect("a pool"))
}

async fn measure(plan: Plan, against: &str) -> Measured {
    let (gateways, pool) = pool(plan, against, Arc::new(WallClock::new(nap))).await;
    let measured = load::drive(&plan, Arc::new(RealPace::begin()), 16, pool).await;
    gateways.close().await;
    measured
}

#[tokio::test]
async fn a_small_load_on_the_reference_succeeds_throughout() {
    let plan = Plan::size(load(20, 300, 30)).expect("a plan");
    let measured = measure(plan, "reference").await;
    assert_eq!(measured.failures().collect::<Vec<_>>(), []);
    assert_eq!((measured.planned(), measured.succeeded()), (6, 6));
    assert!(measured.took() >= plan.intended(5), "it waits for the last intended start");
    assert!(measured.latency().at(0.5) <= measured.latency().at(1.0));
}

#[tokio::test]
async fn a_subject_that_asks_for_no_token_counts_as_failing() {
    let plan = Plan::size(load(20, 100, 30)).expect("a plan");
    let measured = measure(plan, "reference?defect=pin-suffices-after-enrolment").await;
    assert_eq!((measured.succeeded(), measured.failed()), (0, 2));
}

/// A pace without pauses.
struct Hurry;

impl Pace for Hurry {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn reach(&self, _: Duration) -> Soon<'_, ()> {
        Box::pin(async {})
    }
}

#[tokio::test]
async fn a_code_is_never_submitted_twice() {
    // The plan believes in steps of 1 s, the token has longer ones, and time stands still.
    let plan = Plan::size(load(1, 2_000, 1)).expect("a plan").with_pool(1).expect("one will do");
    let clock = Arc::new(VirtualClock::starting_at(Moment::EPOCH));
    let (gateways, pool) = pool(plan, "reference", clock).await;
    let work: Arc<dyn Work> = pool;
    let measured = load::drive(&plan, Arc::new(Hurry), 1, work).await;
    gateways.close().await;
    let spent = Failure::Rejected(OperationKind::SubmitCode, RejectionClass::CodeSpent);
    assert!(measured.failures().all(|(failure, _)| *failure != spent));
    assert_eq!(measured.failures().collect::<Vec<_>>(), [(&Failure::NoFreshCode, 1)]);
}

#[test]
fn the_command_line_refuses_a_small_pool_as_wrong_usage() {
    let bench = |arguments: &[&str]| {
        let program = env!("CARGO_BIN_EXE_fobwatch");
        Command::new(program).arg("bench").args(arguments).output().expect("it starts")
    };
    let refused = bench(&["--rate", "20", "--for", "1m", "--pool", "100"]);
    assert_eq!(refused.status.code(), Some(64));
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("20 per second × 30 s = 600 people"), "{told}");
    assert_eq!(bench(&["--for", "soon"]).status.code(), Some(64));
}
