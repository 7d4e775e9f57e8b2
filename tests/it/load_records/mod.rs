//! Finished loads: kept in files, joined, compared, held against limits, and told.

mod command;
mod comparing;
mod documents;
mod files;
mod joining;
mod pages;

use fobwatch::domain::Moment;
use fobwatch::journal::Shard;
use fobwatch::load::record::{
    Arrival, Asked, Calibration, Counts, Ended, Environment, FORM, Finish, Part, Record, Rung,
    Sample, Share, Stop, Subject, Usage, Visit, WorkKind,
};
use fobwatch::load::times::Times;
use std::time::Duration;

/// Verifications per second of every record here.
const RATE: u32 = 100;

/// A record of `seconds`, every arrival of which takes as long as `latency` says of its number.
fn record(seconds: u32, shard: Option<Shard>, latency: impl Fn(u32) -> Duration) -> Record {
    let duration = Duration::from_secs(seconds.into());
    let mut counts = Counts::over(duration);
    let mine = |arrival: &u32| shard.is_none_or(|shard| shard.holds(*arrival));
    let mut took = Duration::ZERO;
    for arrival in (0..seconds * RATE).filter(mine) {
        let intended = Duration::from_secs(arrival.into()) / RATE;
        let started = intended + Duration::from_micros(u64::from(arrival % 7) * 90);
        let answered = started + latency(arrival);
        took = took.max(answered);
        counts.note(&Visit {
            work: WorkKind::Valid,
            ended: Ended::Accepted,
            detail: "",
            intended,
            started,
            answered,
            phases: &[("request", latency(arrival) / 3), ("verify", latency(arrival) / 2)],
        });
    }
    Record {
        fobwatch: "0.1.0".to_owned(),
        load: FORM,
        seed: 1,
        subject: Subject {
            name: "a subject".to_owned(),
            against: "map:subject.yaml".to_owned(),
            driven_by: "sign-in, code, submission".to_owned(),
            in_process: false,
            launched: true,
        },
        asked: Asked {
            arrival: Arrival::Constant { per_second: RATE },
            stop: Stop::After(duration),
            work: vec![Share { kind: WorkKind::Valid, weight: 1 }],
            surge: None,
            people: 3_000,
            period_seconds: 30,
            in_flight: 256,
            warm_up: Duration::ZERO,
        },
        counts,
        ladder: Vec::new(),
        parts: vec![part(shard, took)],
    }
}

fn part(shard: Option<Shard>, took: Duration) -> Part {
    let mut nothing = Times::none();
    (1..=100).for_each(|nth| nothing.record(Duration::from_micros(40 + nth)));
    let usage = |second: u64, share: u64| Usage {
        cpu: Duration::from_millis(second * share),
        memory_bytes: (40 << 20) + (second << 18),
    };
    let sample = |second: u64| Sample {
        at: Duration::from_secs(second),
        harness: usage(second, 180),
        subject: Some(usage(second, 640 + 30 * (second % 5))),
    };
    Part {
        shard,
        began: Moment::EPOCH,
        took,
        finish: Finish::Whole,
        environment: Environment {
            cores: 4,
            system: "linux".to_owned(),
            architecture: "x86_64".to_owned(),
            processor: None,
        },
        calibration: Some(Calibration {
            how: "GET of a fixed answer".to_owned(),
            latency: nothing,
            per_second: RATE,
            most_per_second: Some(21_000),
        }),
        samples: (0..=took.as_secs()).map(sample).collect(),
    }
}

/// Some milliseconds at random, by seed and number of the arrival: a body of about 4 ms and a tail.
fn scattered(seed: u64, arrival: u32) -> Duration {
    // SplitMix64: hundreds of thousands of these are drawn.
    let mut state = seed.rotate_left(32) ^ u64::from(arrival).wrapping_mul(0xd134_2543_de82_ef95);
    let mut uniform = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bits = u32::try_from((mixed ^ (mixed >> 31)) >> 40).expect("24 bits");
        (f64::from(bits) + 1.0) / f64::from((1 << 24) + 1)
    };
    let bell: f64 = (0..6).map(|_| uniform()).sum::<f64>() - 3.0;
    Duration::from_secs_f64(0.004 * (bell * 0.5).exp() - 0.0005 * uniform().ln())
}

fn note(record: &mut Record, (work, ended, detail): (WorkKind, Ended, &str), second: u64) {
    let at = Duration::from_millis(second * 1000 + 500);
    let answered = at + Duration::from_millis(3);
    let visit = Visit { work, ended, detail, intended: at, started: at, answered, phases: &[] };
    record.counts.note(&visit);
}

/// A search from 20 per second that found 60; at 80 two replayed codes were accepted.
fn searched() -> Record {
    let mut record = record(1, None, |arrival| scattered(1, arrival));
    let objective = "p99<50ms".to_owned();
    record.asked.arrival = Arrival::Steps { from: 20, to: 500, objective };
    let rungs = [(20, 20, true), (40, 30, true), (80, 71, false), (60, 45, true)];
    record.ladder = rungs.map(|(rate, ms, met)| rung(rate, ms, met)).to_vec();
    record
}

/// Two seconds of `rate` per second, each of which took so long.
fn rung(rate: u32, ms: u64, met: bool) -> Rung {
    let (mut latency, bad) = (Times::none(), if met { [0, 0] } else { [2, 1] });
    let arrivals = u64::from(rate) * 2;
    let succeeded = arrivals - bad.iter().sum::<u64>();
    // A little less, so that the precision of the histogram does not matter.
    (0..succeeded).for_each(|_| latency.record(Duration::from_micros(ms * 1000 - 1)));
    let [accepted_though, failed] = bad;
    let (per_second, why) = (rate, format!("p99<50ms: {ms}.000 ms"));
    Rung { per_second, arrivals, succeeded, accepted_though, failed, latency, met, why }
}
