//! Plans: how many people it takes, and that no code is used twice.

use super::ground::wanted;
use fobwatch::domain::Moment;
use fobwatch::journal::Shard;
use fobwatch::load::plan::{Event, MOST_ENROLLED, NotPlanned, Task};
use fobwatch::load::record::{Arrival, Stop, Surge, WorkKind};
use fobwatch::load::{Plan, Wanted};
use fobwatch::otp::Period;
use std::collections::BTreeMap;
use std::time::Duration;

fn constant(per_second: u32, milliseconds: u64, period: u64) -> Wanted {
    let stop = Stop::After(Duration::from_millis(milliseconds));
    let period = Period::new(period).expect("a period");
    Wanted { period, ..wanted(Arrival::Constant { per_second }, stop) }
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
        ((1, 1, 1), (1, 1)),
    ];
    for ((rate, duration, period), (arrivals, people)) in table {
        let plan = Plan::of(constant(rate, duration, period)).expect("a plan");
        assert_eq!(plan.arrivals(), Some(arrivals), "{rate} {duration} {period}");
        assert_eq!(plan.groups().all(), people, "{rate} {duration} {period}");
    }
}

#[test]
fn nobody_uses_a_code_twice_whatever_the_arrival() {
    let after = |seconds| Stop::After(Duration::from_secs(seconds));
    let plans = [
        constant(7, 20_000, 2),
        wanted(Arrival::Poisson { per_second: 9 }, after(100)),
        wanted(Arrival::Ramp { from: 1, to: 20 }, after(90)),
        Wanted {
            surge: Some(Surge { verifications: 50 }),
            warm_up: Duration::from_secs(4),
            mix: "valid=8,replayed=2".parse().expect("a mix"),
            ..wanted(Arrival::Poisson { per_second: 3 }, after(100))
        },
    ];
    for wanted in plans {
        let (period, begins) =
            (wanted.period.seconds(), Moment::EPOCH + Duration::from_millis(12_345));
        let plan = Plan::of(wanted).expect("a plan");
        let mut last = BTreeMap::new();
        for event in plan.schedule(begins) {
            let fresh = matches!(event.task, Task::Verify(WorkKind::Valid) | Task::Spend);
            let step = (begins + event.intended).unix_seconds() / period;
            let before = last.insert(event.person, step).filter(|_| fresh);
            assert!(before.is_none_or(|before| before != step) || !fresh, "{event:?}");
        }
        assert!(last.len() <= plan.groups().all() as usize);
    }
}

#[test]
fn a_pool_that_is_too_small_is_refused_with_the_arithmetic() {
    let told = |wanted| Plan::of(wanted).expect_err("too small").to_string();
    let small = Wanted { pool: Some(100), ..constant(20, 60_000, 30) };
    let expected = "20 per second × 30 s = 600 people, a code is good once; you gave 100";
    assert_eq!(told(small), expected);
    let mixed = Wanted {
        mix: "valid=90,wrong=10".parse().expect("a mix"),
        surge: Some(Surge { verifications: 40 }),
        pool: Some(100),
        ..constant(20, 60_000, 30)
    };
    let why = told(mixed);
    assert!(why.starts_with("20 per second × 30 s × 90 % valid, at the most, + 40 at an edge = "));
    let enough = Wanted { pool: Some(600), ..constant(20, 60_000, 30) };
    assert_eq!(Plan::of(enough).map(|plan| plan.groups().all()), Ok(600));
}

#[test]
fn a_load_without_end_or_without_time_is_refused() {
    let most_people = MOST_ENROLLED;
    let refused = |wanted| Plan::of(Wanted { most_people, ..wanted }).expect_err("no plan");
    assert!(matches!(refused(constant(20, 0, 30)), NotPlanned::Nothing(_)));
    let endless = Stop::After(Duration::from_secs(1 << 40));
    let many = wanted(Arrival::Constant { per_second: u32::MAX }, endless.clone());
    assert!(matches!(refused(many), NotPlanned::TooManyPeople { .. }));
    let closed = wanted(Arrival::Closed { people_at_once: 4 }, endless);
    assert!(matches!(refused(closed), NotPlanned::NoPool { .. }));
}

#[test]
fn the_rungs_of_a_search_use_no_code_twice_either() {
    let arrival = Arrival::Steps { from: 5, to: 40, objective: "p99<1s".to_owned() };
    let each = Duration::from_secs(2);
    let plan = Plan::of(wanted(arrival, Stop::After(each))).expect("a plan");
    // The longest search there can be is these rates; a time step at the highest takes far more.
    let longest = [5, 10, 20, 40, 30, 35, 37, 38, 39];
    assert_eq!(plan.groups().all(), longest.iter().sum::<u32>() * 2);
    let (mut rung, mut seen) = (plan, std::collections::BTreeSet::new());
    for rate in longest {
        rung = rung.then_at_rate(rate, each);
        assert_eq!(rung.arrivals(), Some(u64::from(rate) * 2));
        // All of them take less than a time step.
        let fresh = rung.schedule(Moment::EPOCH).all(|event| seen.insert(event.person));
        assert!(fresh, "{rate}");
    }
}

#[test]
fn a_long_search_takes_a_time_step_at_its_highest_rate() {
    let arrival = Arrival::Steps { from: 5, to: 40, objective: "p99<1s".to_owned() };
    let plan = Plan::of(wanted(arrival.clone(), Stop::After(Duration::from_mins(1))));
    assert_eq!(plan.expect("a plan").groups().all(), 40 * 31);
    let small = Wanted { pool: Some(100), ..wanted(arrival, Stop::After(Duration::from_secs(2))) };
    let why = Plan::of(small).expect_err("too small").to_string();
    let expected = "a search from 5 to 40 per second, 2 s for each, within 30 s = 508 people, a code \
                    is good once; you gave 100";
    assert_eq!(why, expected);
}

#[test]
fn victims_bear_all_of_a_search_that_is_longer_than_a_time_step() {
    let arrival = Arrival::Steps { from: 10, to: 80, objective: "p99<1s".to_owned() };
    let mix = "valid=1,wrong=1".parse().expect("a mix");
    let each = Duration::from_secs(20);
    let wanted = Wanted { mix, attempts: Some(5), ..wanted(arrival, Stop::After(each)) };
    let mut rung = Plan::of(wanted).expect("a plan");
    let mut by_victim: BTreeMap<u32, u32> = BTreeMap::new();
    for rate in [10, 20, 40, 80, 60, 70, 75, 77] {
        rung = rung.then_at_rate(rate, each);
        let wrong = |event: &Event| event.task == Task::Verify(WorkKind::Wrong);
        for event in rung.schedule(Moment::EPOCH).filter(wrong) {
            *by_victim.entry(event.person).or_default() += 1;
        }
    }
    assert!(
        by_victim.values().max() <= Some(&4),
        "the fifth locks: {:?}",
        by_victim.values().max()
    );
}

#[test]
fn more_people_than_there_can_be_are_refused_with_a_remedy() {
    let most_people = MOST_ENROLLED;
    let why = |wanted| {
        let refused = Plan::of(Wanted { most_people, ..wanted }).expect_err("too many");
        refused.to_string()
    };
    let constant = why(constant(4_000, 60_000, 30));
    assert!(constant.starts_with("4000 per second for 60 s needs at least 100001 people"));
    assert!(constant.contains("there can be 100000: lower the rate, or name"), "{constant}");
    let arrival = Arrival::Steps { from: 1, to: u32::MAX, objective: "p99<1s".to_owned() };
    let search = why(wanted(arrival, Stop::After(Duration::from_secs(10))));
    assert!(search.contains("to 4294967295 per second with p99<1s for 10 s needs"), "{search}");
}

#[test]
fn victims_are_kept_apart_and_bear_no_more_wrong_codes_than_lock_them() {
    let wanted = Wanted {
        mix: "valid=50,wrong=30,expired=20".parse().expect("a mix"),
        attempts: Some(5),
        ..constant(50, 20_000, 30)
    };
    let plan = Plan::of(wanted).expect("a plan");
    let mut by_person: BTreeMap<(u32, bool), u32> = BTreeMap::new();
    for event in plan.schedule(Moment::EPOCH) {
        let valid = event.task == Task::Verify(WorkKind::Valid);
        assert_eq!(plan.groups().range(WorkKind::Valid).contains(&event.person), valid);
        *by_person.entry((event.person, valid)).or_default() += 1;
    }
    let worst = by_person.iter().filter(|((_, valid), _)| !valid).map(|(_, count)| *count).max();
    assert_eq!(worst, Some(4));
}

#[test]
fn the_same_seed_gives_the_same_events_and_shards_share_them() {
    let wanted = || Wanted {
        mix: "valid=8,wrong=1,replayed=1".parse().expect("a mix"),
        ..wanted(Arrival::Poisson { per_second: 40 }, Stop::After(Duration::from_secs(20)))
    };
    let points = |wanted: Wanted| -> Vec<(Duration, Task)> {
        let events = Plan::of(wanted).expect("a plan").schedule(Moment::EPOCH);
        events.filter(|event: &Event| event.counts).map(|one| (one.intended, one.task)).collect()
    };
    let whole = points(wanted());
    assert_eq!(whole, points(wanted()));
    assert_ne!(whole, points(Wanted { seed: 2, ..wanted() }));
    let shard = |index| Wanted { shard: Shard::new(index, 4).ok(), ..wanted() };
    let mut joined: Vec<_> = (1..=4).flat_map(|index| points(shard(index))).collect();
    joined.sort_by_key(|(point, _)| *point);
    assert_eq!(joined.len(), whole.len());
    assert!(joined.iter().zip(&whole).all(|(one, other)| one == other));
}

#[test]
fn everybody_comes_at_the_turn_of_the_step() {
    let wanted = Wanted {
        surge: Some(Surge { verifications: 25 }),
        warm_up: Duration::from_secs(1),
        ..constant(1, 70_000, 30)
    };
    let plan = Plan::of(wanted).expect("a plan");
    let begins = Moment::EPOCH + Duration::from_millis(7_500);
    let at_turn = plan
        .schedule(begins)
        .filter(|event| (begins + event.intended).unix_ms().rem_euclid(30_000) == 0);
    assert_eq!(at_turn.count(), 50);
}

#[test]
fn a_code_is_used_up_before_its_replay() {
    let wanted =
        Wanted { mix: "valid=1,replayed=1".parse().expect("a mix"), ..constant(20, 5_000, 30) };
    let plan = Plan::of(wanted).expect("a plan");
    let mut spent = BTreeMap::new();
    let mut last = Duration::ZERO;
    for event in plan.schedule(Moment::EPOCH) {
        assert!(event.intended >= last, "in order");
        last = event.intended;
        match event.task {
            Task::Spend => assert!(spent.insert(event.person, event.intended).is_none()),
            Task::Verify(WorkKind::Replayed) => {
                let spent = spent.remove(&event.person).expect("used up before");
                assert_eq!(event.intended, spent + Duration::from_secs(1));
            }
            Task::Verify(_) => {}
        }
    }
}
