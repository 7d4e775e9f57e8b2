//! How fast one-time codes are verified: the lanes by each instruction set, beside `totp-rs`,
//! RustCrypto's HMAC (cloned, and keyed anew for each candidate), ring, and with the feature `peers`
//! aws-lc-rs, all in one run. Programs of other languages follow, where `install` put them.
//!
//! Times are processor time of the measuring thread, so that what else runs on the machine spoils
//! them least. Unless a group says otherwise, codes are wrong, so that nobody may stop early: all
//! try the three steps of the window that RFC 6238 §5.2 recommends.

#![allow(clippy::expect_used, reason = "a bench that cannot be set up has nothing to say")]

mod cases;
mod outside;
mod ways;
mod work;

use cases::{Cases, Entered};
use criterion::{BenchmarkId, Criterion, Throughput};
use fobwatch::otp::lanes::Instructions;
use fobwatch::otp::{Algorithm, Window};
use std::time::Duration;
use ways::Way;
use work::WorkTime;

type Bench = Criterion<WorkTime>;

fn main() {
    let mut criterion = Criterion::default()
        .with_measurement(WorkTime)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(20)
        .without_plots()
        .configure_from_args();
    one_verification(&mut criterion);
    batch_of_4096(&mut criterion);
    early_exits(&mut criterion);
    exact_window(&mut criterion);
    at_random(&mut criterion);
    batch_of_a_million(&mut criterion);
    criterion.final_summary();
    outside::compare();
}

/// One account and a wrong code; the steps are kept, as a server keeps them for half a minute.
fn one_verification(criterion: &mut Bench) {
    for algorithm in Algorithm::ALL {
        let cases = Cases::new(algorithm, 1, Entered::Wrong, Window::ONE_STEP);
        compare(criterion, "one verification", &cases, &ways::single());
    }
}

fn batch_of_4096(criterion: &mut Bench) {
    for algorithm in Algorithm::ALL {
        let cases = Cases::new(algorithm, 4096, Entered::Wrong, Window::ONE_STEP);
        compare(criterion, "4096, wrong, ±1", &cases, &ways::batch(algorithm));
    }
}

/// What those gain who stop at the first match.
fn early_exits(criterion: &mut Bench) {
    for (name, entered) in
        [("4096, mixed, ±1", Entered::Mixed), ("4096, right, ±1", Entered::Right)]
    {
        for algorithm in Algorithm::ALL {
            let cases = Cases::new(algorithm, 4096, entered, Window::ONE_STEP);
            compare(criterion, name, &cases, &[Way::Lanes(Instructions::detected()), Way::TotpRs]);
        }
    }
}

fn exact_window(criterion: &mut Bench) {
    for algorithm in Algorithm::ALL {
        let cases = Cases::new(algorithm, 4096, Entered::Wrong, Window::EXACT);
        let ways = [Way::Lanes(Instructions::detected()), Way::TotpRs, Way::Cloned];
        compare(criterion, "4096, wrong, ±0", &cases, &ways);
    }
}

fn at_random(criterion: &mut Bench) {
    for algorithm in Algorithm::ALL {
        let cases = Cases::new(algorithm, 4096, Entered::Wrong, Window::ONE_STEP);
        let cases = cases.at_random();
        let ways = [Way::Lanes(Instructions::detected()), Way::TotpRs];
        compare(criterion, "4096 at random, wrong, ±1", &cases, &ways);
    }
}

/// More than the caches hold. The peers take seconds here, and their figures of 4096 hold as well,
/// so only the usual hash function has one beside it.
fn batch_of_a_million(criterion: &mut Bench) {
    let ours = Way::Lanes(Instructions::detected());
    for algorithm in Algorithm::ALL {
        let ways = [ours, Way::TotpRs];
        let ways = &ways[..if algorithm == Algorithm::Sha1 { 2 } else { 1 }];
        let cases = Cases::new(algorithm, 1 << 20, Entered::Wrong, Window::ONE_STEP);
        compare(criterion, "1048576, wrong, ±1", &cases, ways);
        let cases = cases.at_random();
        compare(criterion, "1048576 at random, wrong, ±1", &cases, ways);
    }
}

/// A group in which each of `ways` verifies all of `cases`.
fn compare(criterion: &mut Bench, name: &str, cases: &Cases, ways: &[Way]) {
    let mut group = criterion.benchmark_group(format!("{name}, {}", cases.algorithm));
    group.throughput(Throughput::Elements(cases.len() as u64));
    if cases.len() > 100_000 {
        group.sample_size(10);
    }
    for way in ways {
        let mut pass = way.set_up(cases);
        assert_eq!(pass(), cases.right(), "{way} does not tell right from wrong");
        group.bench_function(BenchmarkId::from_parameter(way), |bencher| bencher.iter(&mut pass));
    }
    group.finish();
}
