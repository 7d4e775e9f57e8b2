//! Two loads compared: real differences are found, and noise is never called one.

use super::{RATE, note, record, scattered};
use fobwatch::domain::Chance;
use fobwatch::load::compare::{Change, alike, compare};
use fobwatch::load::limit::{Kept, Limit};
use fobwatch::load::record::{Arrival, Ended, Finish, Record, Surge, WorkKind};
use std::time::Duration;

fn changes(before: &Record, now: &Record) -> Vec<(String, Change)> {
    let all = compare(before, now).into_iter();
    all.map(|difference| (difference.statistic.clone(), difference.change)).collect()
}

fn steady(seed: u64) -> Record {
    record(30, None, |arrival| scattered(seed, arrival))
}

#[test]
fn what_is_slower_throughout_is_slower_for_sure() {
    let slow = record(30, None, |arrival| scattered(2, arrival).mul_f64(1.25));
    let told = compare(&steady(1), &slow);
    let p50 = &told[0];
    assert_eq!((p50.statistic.as_str(), p50.change), ("p50", Change::Slower), "{p50}");
    assert!((p50.ratio - 1.25).abs() < 0.08, "{p50}");
    assert!(p50.to_string().contains("sure (noise"), "{p50}");
    assert_eq!(changes(&slow, &steady(1))[0], ("p50".to_owned(), Change::Faster));
}

#[test]
fn a_tail_that_grows_shows_in_the_tail_only() {
    // Three of two hundred take 40 ms more, all the time.
    let tail = record(60, None, |arrival| {
        let more = if arrival % 66 == 3 { 40 } else { 0 };
        scattered(2, arrival) + Duration::from_millis(more)
    });
    let before = record(60, None, |arrival| scattered(1, arrival));
    let found = changes(&before, &tail);
    assert_eq!(found[2], ("p99".to_owned(), Change::Slower));
    assert!(found[0].1 == Change::Same, "{found:?}");
}

#[test]
fn one_stall_or_too_few_seconds_are_not_sure() {
    // One of thirty seconds was stalled, which may happen to anybody.
    let stalled = record(30, None, |arrival| {
        let more = if arrival / RATE == 12 { 300 } else { 0 };
        scattered(2, arrival) + Duration::from_millis(more)
    });
    let found = changes(&steady(1), &stalled);
    assert_eq!(found[2], ("p99".to_owned(), Change::NotSure));
    let short = record(3, None, |arrival| scattered(2, arrival) * 2);
    let before = record(3, None, |arrival| scattered(1, arrival));
    assert!(changes(&before, &short).iter().all(|(_, change)| *change == Change::NotSure));
}

#[test]
fn another_load_is_no_baseline() {
    let mut other = steady(1);
    other.asked.arrival = Arrival::Constant { per_second: 50 };
    let told = alike(&other, &steady(1)).expect_err("another rate").to_string();
    assert!(told.contains("its arrival is 50 per second, and this one's is 100 per second"));
}

/// Some runs are smooth, others have stalled seconds, and drift from second to second.
#[test]
fn two_halves_of_the_same_run_hardly_ever_raise_an_alarm() {
    let (mut told, mut alarms) = (0, 0);
    for seed in 0_u64..60 {
        // The seconds of one run by turns: one half has the even ones, the other the odd ones.
        let [even, odd] = [0, 1].map(|which| half(seed, which));
        for (_, change) in changes(&even, &odd) {
            told += 1;
            alarms += u32::from(matches!(change, Change::Slower | Change::Faster));
        }
    }
    // A test at one in a thousand is wrong once in a thousand times.
    assert!(told >= 240 && alarms * 100 <= told, "{alarms} alarms of {told}");
}

fn half(seed: u64, which: u32) -> Record {
    let second = |at: u32| {
        let mut chance = Chance::seeded(seed, &format!("second/{at}"));
        let stalled = chance.below(10) < seed % 4;
        let drift = 1.0 + f64::from(u32::try_from(chance.below(100)).unwrap_or(0)) / 400.0;
        (drift, if stalled { chance.below(200) } else { 0 })
    };
    record(20, None, |arrival| {
        let (drift, stall) = second(arrival / RATE * 2 + which);
        scattered(seed ^ u64::from(which), arrival).mul_f64(drift) + Duration::from_millis(stall)
    })
}

fn kept(limit: &str, record: &Record, baseline: Option<&Record>) -> Kept {
    limit.parse::<Limit>().expect(limit).hold(record, baseline).kept
}

#[test]
fn limits_are_held_against_what_was_measured() {
    let mut record = steady(1);
    let p50 = record.counts.latency.at(0.5).as_secs_f64() * 1e3;
    assert!((2.0..8.0).contains(&p50), "{p50}");
    let table = [
        ("p50>20ms", Kept::Yes),
        ("p50>1ms", Kept::No),
        ("p50<1ms", Kept::Yes),
        ("max>1us", Kept::No),
        ("mean>=1s", Kept::Yes),
        ("errors>0.1%", Kept::Yes),
        ("errors>=0", Kept::No),
        ("rate<95%", Kept::Yes),
        ("rate<99/s", Kept::Yes),
        ("rate<200/s", Kept::No),
        ("p99>baseline", Kept::Unknown),
    ];
    for (limit, expected) in table {
        assert_eq!(kept(limit, &record, None), expected, "{limit}");
    }
    for _ in 0..6 {
        note(&mut record, (WorkKind::Valid, Ended::Refused, "code_wrong"), 1);
    }
    assert_eq!(kept("errors>0.1%", &record, None), Kept::No);
    assert_eq!(kept("errors>6", &record, None), Kept::Yes);
    // What a rush makes due has ended with all the rest; that it took longer is a shortfall.
    record.asked.surge = Some(Surge { verifications: 600 });
    assert_eq!(kept("rate<95%", &record, None), Kept::Yes);
    record.parts[0].took = Duration::from_secs(33);
    assert_eq!(kept("rate<95%", &record, None), Kept::No);
    // Of a load that was cut short nobody knows what would have come of the rest.
    record.parts[0].finish = Finish::Interrupted;
    assert_eq!(kept("rate<80%", &record, None), Kept::No, "20 a second of the rush are missing");
}

#[test]
fn a_limit_against_a_baseline_is_broken_only_by_what_is_sure() {
    let before = steady(1);
    let slow = record(30, None, |arrival| scattered(2, arrival).mul_f64(1.4));
    assert_eq!(kept("p50>baseline*1.1", &slow, Some(&before)), Kept::No);
    assert_eq!(kept("p50>baseline*2", &slow, Some(&before)), Kept::Yes);
    assert_eq!(kept("p50>baseline*1.1", &steady(2), Some(&before)), Kept::Yes);
    let short = record(3, None, |arrival| scattered(2, arrival) * 2);
    assert_eq!(kept("p50>baseline*1.1", &short, Some(&before)), Kept::Unknown);
}
