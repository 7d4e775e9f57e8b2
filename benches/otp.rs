//! How fast one-time codes are verified: this crate, `totp-rs`, and an HMAC keyed anew for each
//! candidate, side by side in one run.
//!
//! The code is always wrong, so that nobody may stop early: all three try the three steps of the
//! window that RFC 6238 §5.2 recommends.

#![allow(clippy::expect_used, reason = "a bench that cannot be set up has nothing to say")]

use criterion::{BenchmarkId, Criterion, Throughput};
use fobwatch::domain::{Chance, Moment};
use fobwatch::otp::{Algorithm, Digits, Key, Period, Totp, Window};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use std::hint::black_box;
use std::time::Duration;

const NOW: u64 = 1_893_456_000;
const PAIRS: usize = 4096;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    one_verification(&mut criterion);
    batch(&mut criterion);
    criterion.final_summary();
}

/// One account and a wrong code.
fn one_verification(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one verification");
    for algorithm in [Algorithm::Sha1, Algorithm::Sha256] {
        let key = keys(1).remove(0);
        let wrong = wrong_code(&key, algorithm);
        let ours = ours(&key, algorithm);
        group.bench_function(BenchmarkId::new("fobwatch", algorithm), |bencher| {
            bencher.iter(|| ours.verify(black_box(&wrong), black_box(now()), Window::ONE_STEP));
        });
        let peer = peer(&key, algorithm);
        group.bench_function(BenchmarkId::new("totp-rs", algorithm), |bencher| {
            bencher.iter(|| peer.check(black_box(&wrong), black_box(NOW)));
        });
        group.bench_function(BenchmarkId::new("hmac keyed anew", algorithm), |bencher| {
            bencher.iter(|| keyed_anew(black_box(&key), algorithm, black_box(&wrong)));
        });
    }
    group.finish();
}

/// Many accounts, each with a wrong code, as a load run keeps them.
fn batch(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("batch of 4096");
    group.throughput(Throughput::Elements(PAIRS as u64)).sample_size(50);
    for algorithm in [Algorithm::Sha1, Algorithm::Sha256] {
        let keys = keys(PAIRS);
        let wrong: Vec<String> = keys.iter().map(|key| wrong_code(key, algorithm)).collect();
        let ours: Vec<Totp> = keys.iter().map(|key| ours(key, algorithm)).collect();
        group.bench_function(BenchmarkId::new("fobwatch", algorithm), |bencher| {
            bencher.iter(|| {
                let pairs = black_box(&ours).iter().zip(&wrong);
                pairs.filter_map(|(totp, code)| totp.verify(code, now(), Window::ONE_STEP)).count()
            });
        });
        let peers: Vec<_> = keys.iter().map(|key| peer(key, algorithm)).collect();
        group.bench_function(BenchmarkId::new("totp-rs", algorithm), |bencher| {
            bencher.iter(|| {
                let pairs = black_box(&peers).iter().zip(&wrong);
                pairs.filter_map(|(totp, code)| totp.check(code, NOW)).count()
            });
        });
        group.bench_function(BenchmarkId::new("hmac keyed anew", algorithm), |bencher| {
            bencher.iter(|| {
                let pairs = black_box(&keys).iter().zip(&wrong);
                pairs.filter_map(|(key, code)| keyed_anew(key, algorithm, code)).count()
            });
        });
    }
    group.finish();
}

fn now() -> Moment {
    Moment::from_unix_seconds(NOW.cast_signed())
}

fn keys(count: usize) -> Vec<Key> {
    let mut chance = Chance::seeded(1, "bench");
    (0..count).map(|_| Key::new(chance.bytes::<20>().to_vec())).collect()
}

fn ours(key: &Key, algorithm: Algorithm) -> Totp {
    Totp::new(key, algorithm, Digits::SIX, Period::RECOMMENDED)
}

fn peer(key: &Key, algorithm: Algorithm) -> totp_rs::Totp {
    let algorithm = match algorithm {
        Algorithm::Sha1 => totp_rs::Algorithm::SHA1,
        Algorithm::Sha256 => totp_rs::Algorithm::SHA256,
        Algorithm::Sha512 => totp_rs::Algorithm::SHA512,
    };
    let builder = totp_rs::Builder::new().with_algorithm(algorithm).with_skew(1);
    builder.with_secret(key.bytes()).build().expect("20 bytes are enough")
}

/// A code that no step of the window has.
fn wrong_code(key: &Key, algorithm: Algorithm) -> String {
    let totp = ours(key, algorithm);
    let mut codes = (0..).map(|code| format!("{code:06}"));
    codes.find(|code| totp.verify(code, now(), Window::ONE_STEP).is_none()).expect("most are wrong")
}

/// What a verifier does that keeps nothing: one HMAC keyed for each candidate.
fn keyed_anew(key: &Key, algorithm: Algorithm, candidate: &str) -> Option<u64> {
    let candidate: u32 = candidate.parse().ok()?;
    let step = NOW / 30;
    (step - 1..=step + 1).find(|step| {
        let mac = match algorithm {
            Algorithm::Sha1 => mac::<Hmac<Sha1>>(key, *step),
            Algorithm::Sha256 => mac::<Hmac<Sha256>>(key, *step),
            Algorithm::Sha512 => mac::<Hmac<sha2::Sha512>>(key, *step),
        };
        mac == candidate
    })
}

fn mac<M: Mac + KeyInit>(key: &Key, step: u64) -> u32 {
    let mac = <M as KeyInit>::new_from_slice(key.bytes()).expect("any length will do");
    fobwatch::otp::truncate(&mac.chain_update(step.to_be_bytes()).finalize().into_bytes())
        % 1_000_000
}
