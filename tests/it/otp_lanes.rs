//! Verification of many codes at once: every way of doing it gives what RustCrypto's HMAC,
//! `totp-rs` and the published vectors give.
//!
//! Every instruction set is forced in turn. Where this processor lacks one, its tests say so on
//! standard error, past the test runner, and prove nothing.

#![allow(clippy::expect_used, reason = "the strategies give only what can be built")]

use fobwatch::domain::{Chance, Moment};
use fobwatch::otp::lanes::{ByIndex, Codes, InOrder, InstructionSet, Instructions, Steps, Unfit};
use fobwatch::otp::{Algorithm, Digits, Hotp, Key, Period, Totp, Window, truncate};
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use serde_json::Value;
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

/// This machine's instructions reduced to `set`, if it has that.
fn only(set: InstructionSet) -> Option<Instructions> {
    let found = Instructions::detected().only(set);
    if found.is_none() {
        // Standard error itself is not captured, so this is seen although the test passes.
        let _ = writeln!(std::io::stderr(), "NOT TESTED: this processor has no {set}");
    }
    found
}

/// Every instruction set that is here, alone.
fn each() -> impl Iterator<Item = (InstructionSet, Instructions)> {
    let sets = InstructionSet::ALL.into_iter();
    sets.filter_map(|set| Some((set, Instructions::detected().only(set)?)))
}

/// Every instruction set that is here, alone, and all together.
fn each_and_all() -> impl Iterator<Item = (String, Instructions)> {
    let each = each().map(|(set, with)| (set.to_string(), with));
    each.chain([("all".to_owned(), Instructions::detected())])
}

/// The code of `counter` by RustCrypto alone.
fn oracle(key: &[u8], algorithm: Algorithm, digits: Digits, counter: u64) -> u64 {
    fn mac<M: Mac + KeyInit>(key: &[u8], counter: u64) -> u32 {
        let mac = <M as KeyInit>::new_from_slice(key).expect("any length will do");
        truncate(&mac.chain_update(counter.to_be_bytes()).finalize().into_bytes())
    }
    let truncated = match algorithm {
        Algorithm::Sha1 => mac::<Hmac<sha1::Sha1>>(key, counter),
        Algorithm::Sha256 => mac::<Hmac<sha2::Sha256>>(key, counter),
        Algorithm::Sha512 => mac::<Hmac<sha2::Sha512>>(key, counter),
    };
    u64::from(truncated) % 10_u64.pow(digits.count().into())
}

/// Some users, what each entered, and the counters that are tried.
#[derive(Debug)]
struct Batch {
    algorithm: Algorithm,
    digits: Digits,
    keys: Vec<Vec<u8>>,
    entered: Vec<String>,
    first: u64,
    count: u64,
}

impl Batch {
    /// What is expected of each user: the lowest counter with the code entered.
    fn expected(&self) -> Vec<Option<u64>> {
        let users = self.keys.iter().zip(&self.entered);
        let found = users.map(|(key, entered)| {
            let counters = self.first..=self.last();
            let width = usize::from(self.digits.count());
            counters.into_iter().find(|counter| {
                let code = oracle(key, self.algorithm, self.digits, *counter);
                format!("{code:0width$}") == *entered
            })
        });
        found.collect()
    }

    fn last(&self) -> u64 {
        self.first + (self.count - 1)
    }

    fn codes(&self) -> Codes {
        let mut codes = Codes::with_capacity(self.digits, 0);
        self.entered.iter().for_each(|entered| codes.push(entered));
        codes
    }

    /// Verifies in every way there is.
    fn check(&self) {
        let expected = self.expected();
        let keys: Vec<Key> = self.keys.iter().map(|key| Key::new(key.clone())).collect();
        let steps = Steps::new(self.algorithm, self.first..=self.last()).expect("a few steps");
        let in_order = InOrder::new(self.algorithm, &keys);
        let mut by_index = ByIndex::new(self.algorithm);
        for key in &keys {
            by_index.push(key);
        }
        let backwards: Vec<usize> = (0..keys.len()).rev().collect();
        let mut codes_backwards = Codes::with_capacity(self.digits, 0);
        self.entered.iter().rev().for_each(|entered| codes_backwards.push(entered));
        for (set, with) in each_and_all() {
            let matches = in_order.verify(&self.codes(), &steps, with).expect("they fit");
            assert_eq!(matches.steps().collect::<Vec<_>>(), expected, "{set}, in order");
            for (user, expected) in expected.iter().enumerate() {
                let bit = matches.bitmap()[user / 64] >> (user % 64) & 1;
                assert_eq!(bit == 1, expected.is_some(), "{set}, bit {user}");
            }
            assert_eq!(matches.count(), expected.iter().flatten().count(), "{set}");
            let matches = by_index.verify(&backwards, &codes_backwards, &steps, with);
            let mut steps_backwards: Vec<_> = matches.expect("they fit").steps().collect();
            steps_backwards.reverse();
            assert_eq!(steps_backwards, expected, "{set}, by index");
            for (user, (entered, expected)) in self.entered.iter().zip(&expected).enumerate() {
                let one = by_index.verify_one(user, (entered, self.digits), &steps, with);
                assert_eq!(one, Ok(*expected), "{set}, user {user} alone");
            }
        }
        for ((key, entered), expected) in keys.iter().zip(&self.entered).zip(&expected) {
            let hotp = Hotp::new(key, self.algorithm, self.digits);
            assert_eq!(hotp.verify_at(entered, &steps), *expected);
            let reach = u32::try_from(self.count - 1).expect("a few steps");
            let window = Window::new(0, reach).expect("a few steps");
            assert_eq!(hotp.verify(entered, self.first, window), *expected);
        }
    }
}

/// What a user enters: a right code, a wrong one, one that is too large for its digits, or no code.
#[derive(Debug, Clone)]
enum Entry {
    Right(u64),
    Random(u64),
    Text(String),
}

fn entries() -> impl Strategy<Value = Entry> + Clone {
    prop_oneof![
        4 => any::<u64>().prop_map(Entry::Right),
        2 => any::<u64>().prop_map(Entry::Random),
        1 => "[0-9]{10}|[0-9a ]{0,11}".prop_map(Entry::Text),
    ]
}

fn counters() -> impl Strategy<Value = u64> {
    prop_oneof![0..=3_u64, any::<u32>().prop_map(u64::from), any::<u64>(), Just(u64::MAX)]
}

fn batches() -> impl Strategy<Value = Batch> {
    let users = (prop::collection::vec(any::<u8>(), 0..=200), entries());
    let users = prop_oneof![
        prop::collection::vec(users.clone(), 0..=3),
        prop::collection::vec(users, 14..=70),
    ];
    let algorithms = prop::sample::select(&Algorithm::ALL[..]);
    (algorithms, 6..=10_u8, users, counters(), prop_oneof![1..=4_u64, 5..=40_u64]).prop_map(
        |(algorithm, digits, users, first, count)| {
            let digits = Digits::new(digits).expect("6 to 10 are allowed");
            let first = first.min(u64::MAX - (count - 1));
            let width = usize::from(digits.count());
            let entered = users.iter().map(|(key, entry)| match entry {
                Entry::Right(at) => {
                    let code = oracle(key, algorithm, digits, first + at % count);
                    format!("{code:0width$}")
                }
                Entry::Random(number) => {
                    format!("{:0width$}", number % 10_u64.pow(digits.count().into()))
                }
                Entry::Text(text) => text.clone(),
            });
            let entered = entered.collect();
            let keys = users.into_iter().map(|(key, _)| key).collect();
            Batch { algorithm, digits, keys, entered, first, count }
        },
    )
}

/// Without optimisation a case takes a second.
const BATCHES: u32 = if cfg!(debug_assertions) { 8 } else { 512 };

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(BATCHES)
    })]

    #[test]
    fn every_way_finds_what_one_hmac_after_the_other_finds(batch in batches()) {
        batch.check();
    }
}

/// A batch of `users` users with keys of `length` bytes, each with a right code.
fn right_codes(algorithm: Algorithm, users: usize, length: usize) -> Batch {
    let mut chance = Chance::seeded(7, "lanes");
    let keys = (0..users).map(|_| chance.bytes::<200>()[..length].to_vec());
    let keys: Vec<Vec<u8>> = keys.collect();
    let (first, count) = (41_152_262, 3);
    let codes = keys.iter().enumerate().map(|(user, key)| {
        let counter = first + user as u64 % count;
        format!("{:06}", oracle(key, algorithm, Digits::SIX, counter))
    });
    let entered = codes.collect();
    Batch { algorithm, digits: Digits::SIX, keys, entered, first, count }
}

#[test]
fn a_batch_that_fills_no_vector_is_answered_to_its_end() {
    for algorithm in Algorithm::ALL {
        for users in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 15, 16, 17, 24, 25, 31, 32, 33]
            .into_iter()
            .chain([36, 37, 44, 45, 56, 57, 63, 64, 65, 97, 130])
        {
            right_codes(algorithm, users, 20).check();
        }
    }
}

#[test]
fn a_key_of_every_length_is_taken() {
    for algorithm in Algorithm::ALL {
        for length in 0..=200 {
            right_codes(algorithm, 2, length).check();
        }
    }
}

#[test]
fn the_widest_window_is_searched_from_end_to_end() {
    let window = Window::new(Window::MOST, Window::MOST).expect("the bound is allowed");
    let counters = [3799, 3800, 3801, 5000, 6199, 6200, 6201];
    let expected = counters.map(|counter| (3800..=6200).contains(&counter).then_some(counter));
    let keys = counters.map(|_| Key::new(vec![7; 20]));
    for algorithm in Algorithm::ALL {
        let hotp = Hotp::new(&keys[0], algorithm, Digits::EIGHT);
        let steps = Steps::around(algorithm, 5000, window);
        let mut codes = Codes::with_capacity(Digits::EIGHT, counters.len());
        codes.extend(counters.map(|counter| hotp.code(counter)));
        for (set, with) in each_and_all() {
            let in_order = InOrder::new(algorithm, &keys);
            let matches = in_order.verify(&codes, &steps, with).expect("they fit");
            let found: Vec<_> = matches.steps().collect();
            assert_eq!(found, expected, "{algorithm} {set}");
        }
        for (counter, expected) in counters.into_iter().zip(expected) {
            let code = hotp.code(counter).to_string();
            assert_eq!(hotp.verify(&code, 5000, window), expected, "{algorithm} {counter}");
            assert_eq!(hotp.verify_at(&code, &steps), expected, "{algorithm} {counter}");
        }
    }
}

#[test]
fn the_lowest_of_two_steps_with_the_same_code_is_told() {
    let key = Key::new(b"12345678901234567890".to_vec());
    let hotp = Hotp::new(&key, Algorithm::Sha1, Digits::SIX);
    let codes: Vec<u32> = (0..2401).map(|counter| hotp.code(counter).value()).collect();
    let first_of = |code| codes.iter().position(|other| other == code).expect("it is there");
    let twin = codes.iter().enumerate().find(|(at, code)| first_of(*code) < *at);
    let (later, code) = twin.expect("of 2401 codes of a million, two are equal");
    let steps = Steps::new(Algorithm::Sha1, 0..=2400).expect("the widest");
    let mut entered = Codes::with_capacity(Digits::SIX, 1);
    entered.push_code(hotp.code(later as u64));
    for (set, with) in each_and_all() {
        let matches = InOrder::new(Algorithm::Sha1, [&key]).verify(&entered, &steps, with);
        let step = matches.expect("they fit").step(0);
        assert_eq!(step, Some(first_of(code) as u64), "{set}");
    }
}

fn fixture(name: &str) -> Value {
    let path = format!("{}/fixtures/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).expect("the fixture is JSON")
}

/// Each published code, in a batch of forty where all others are wrong.
fn published(with: Instructions) -> usize {
    let mut seen = 0;
    let hotp = fixture("rfc4226_hotp");
    let key = Key::new(hotp["secret_ascii"].as_str().expect("a secret").as_bytes().to_vec());
    let tables = [(&hotp["vectors"], 6), (&hotp["extra_recomputed_not_in_rfc"], 0)];
    for (table, digits) in tables {
        for row in table.as_array().expect("a table") {
            let digits = row["digits"].as_u64().unwrap_or(digits);
            let count = row["count"].as_u64().expect("a counter");
            let code = row["hotp"].as_str().expect("a code");
            one_published(with, &key, (Algorithm::Sha1, digits), count, code);
            seen += 1;
        }
    }
    let totp = fixture("rfc6238_totp");
    for row in totp["vectors"].as_array().expect("a table") {
        let algorithm: Algorithm = serde_json::from_value(row["hash"].clone()).expect("one");
        let secret = totp["secrets_ascii"][row["hash"].as_str().expect("a name")].as_str();
        let key = Key::new(secret.expect("a secret").as_bytes().to_vec());
        let step = row["time"].as_u64().expect("a time") / 30;
        one_published(with, &key, (algorithm, 8), step, row["totp"].as_str().expect("a code"));
        seen += 1;
    }
    seen
}

fn one_published(
    with: Instructions,
    key: &Key,
    (algorithm, digits): (Algorithm, u64),
    counter: u64,
    code: &str,
) {
    let digits = Digits::new(u8::try_from(digits).expect("few")).expect("6 to 10");
    let others: Vec<Key> = (0..39).map(|user| Key::new(vec![user; 20])).collect();
    let keys = others.iter().chain([key]).collect::<Vec<_>>();
    let steps = Steps::around(algorithm, counter, Window::ONE_STEP);
    let mut codes = Codes::with_capacity(digits, 40);
    (0..40).for_each(|_| codes.push(code));
    let in_order = InOrder::new(algorithm, keys.iter().copied());
    let matches = in_order.verify(&codes, &steps, with).expect("they fit");
    assert_eq!(matches.step(39), Some(counter), "{code}");
    let mut by_index = ByIndex::new(algorithm);
    for key in &keys {
        by_index.push(key);
    }
    let one = by_index.verify_one(39, (code, digits), &steps, with);
    assert_eq!(one, Ok(Some(counter)), "{code}");
}

#[test]
fn avx512_reproduces_the_published_vectors() {
    let Some(with) = only(InstructionSet::Avx512) else { return };
    assert_eq!(with.for_users(Algorithm::Sha1, 32), InstructionSet::Avx512);
    assert!(published(with) > 28);
}

#[test]
fn avx2_reproduces_the_published_vectors() {
    let Some(with) = only(InstructionSet::Avx2) else { return };
    assert_eq!(with.for_users(Algorithm::Sha512, 32), InstructionSet::Avx2);
    assert!(published(with) > 28);
}

#[test]
fn sha_ni_reproduces_the_published_vectors() {
    let Some(with) = only(InstructionSet::ShaNi) else { return };
    assert_eq!(with.for_users(Algorithm::Sha256, 32), InstructionSet::ShaNi);
    assert!(published(with) > 28);
}

#[test]
fn neon_reproduces_the_published_vectors() {
    let Some(with) = only(InstructionSet::Neon) else { return };
    assert_eq!(with.for_users(Algorithm::Sha512, 32), InstructionSet::Neon);
    assert!(published(with) > 28);
}

#[test]
fn plain_rust_reproduces_the_published_vectors() {
    let with = Instructions::PORTABLE;
    assert_eq!(with.for_users(Algorithm::Sha1, 32), InstructionSet::Portable);
    assert!(published(with) > 28);
}

/// What the kernel says of the processor; other systems are not asked.
#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn no_instruction_set_of_this_processor_is_missed() {
    let known = std::fs::read_to_string("/proc/cpuinfo").expect("Linux says what it runs on");
    let flags = known.lines().find(|line| line.starts_with("flags")).expect("flags");
    for (flag, set) in [
        ("avx512f", InstructionSet::Avx512),
        ("avx2", InstructionSet::Avx2),
        ("sha_ni", InstructionSet::ShaNi),
    ] {
        let there = flags.split_whitespace().any(|other| other == flag);
        assert_eq!(Instructions::detected().has(set), there, "{set}");
    }
}

#[test]
#[cfg(target_arch = "aarch64")]
fn neon_is_not_missed() {
    assert!(Instructions::detected().has(InstructionSet::Neon), "every such processor has it");
}

#[test]
fn instructions_are_only_taken_away() {
    for (set, with) in each() {
        for other in InstructionSet::ALL {
            let kept = other == set || other == InstructionSet::Portable;
            assert_eq!(with.has(other), kept, "{other} of {set} alone");
        }
        if set != InstructionSet::Portable {
            assert_eq!(with.without(set), Instructions::PORTABLE);
            assert_eq!(Instructions::PORTABLE.only(set), None);
        }
    }
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let keys = [Key::new(vec![1; 20]), Key::new(vec![2; 20])];
    let with = Instructions::detected();
    let sha1 = Steps::around(Algorithm::Sha1, 7, Window::ONE_STEP);
    let sha256 = Steps::around(Algorithm::Sha256, 7, Window::ONE_STEP);
    let mut codes = Codes::with_capacity(Digits::SIX, 2);
    codes.push("000000");
    let in_order = InOrder::new(Algorithm::Sha1, &keys);
    let few = Unfit::Count { users: 2, codes: 1 };
    assert_eq!(in_order.verify(&codes, &sha1, with), Err(few));
    codes.push("000000");
    let other = Unfit::Algorithm { keys: Algorithm::Sha1, steps: Algorithm::Sha256 };
    assert_eq!(in_order.verify(&codes, &sha256, with), Err(other));
    let mut by_index = ByIndex::new(Algorithm::Sha1);
    for key in &keys {
        by_index.push(key);
    }
    assert_eq!(by_index.verify(&[1, 0], &codes, &sha256, with), Err(other));
    let nobody = Unfit::User { user: 2, users: 2 };
    assert_eq!(by_index.verify(&[1, 2], &codes, &sha1, with), Err(nobody));
    assert_eq!(by_index.verify_one(2, ("000000", Digits::SIX), &sha1, with), Err(nobody));
    assert_eq!(by_index.replace(2, &keys[0]), Err(nobody));
}

#[test]
fn steps_for_another_hash_function_cost_time_and_change_nothing() {
    let key = Key::new(vec![3; 20]);
    let totp = Totp::new(&key, Algorithm::Sha256, Digits::SIX, Period::RECOMMENDED);
    let now = Moment::EPOCH;
    let code = totp.code_at(now).to_string();
    for algorithm in Algorithm::ALL {
        let steps = Steps::around(algorithm, totp.step_at(now), Window::ONE_STEP);
        assert_eq!(totp.verify_at(&code, &steps), Some(totp.step_at(now)), "{algorithm}");
    }
}

#[test]
fn a_user_with_a_new_key_is_verified_with_it() {
    let keys: Vec<Key> = (0..100).map(|user| Key::new(vec![user; 20])).collect();
    let (old, new) = (&keys[40], Key::new(vec![200; 20]));
    let steps = Steps::around(Algorithm::Sha512, 9, Window::EXACT);
    let mut by_index = ByIndex::new(Algorithm::Sha512);
    let numbers: Vec<usize> = keys.iter().map(|key| by_index.push(key)).collect();
    assert_eq!(numbers, (0..100).collect::<Vec<_>>());
    by_index.replace(40, &new).expect("there is a user 40");
    for (key, expected) in [(old, None), (&new, Some(9))] {
        let code = Hotp::new(key, Algorithm::Sha512, Digits::EIGHT).code(9).to_string();
        let with = Instructions::detected();
        let found = by_index.verify_one(40, (&code, Digits::EIGHT), &steps, with);
        assert_eq!(found, Ok(expected));
    }
}

/// Cases of each hash function: together ten million, each by every instruction set there is. The
/// slow ones are fewer. Without optimisation it would take an hour, and less must do.
const CASES: [(Algorithm, usize); 3] = if cfg!(debug_assertions) {
    [(Algorithm::Sha1, 6000), (Algorithm::Sha256, 3000), (Algorithm::Sha512, 1000)]
} else {
    [(Algorithm::Sha1, 6_000_000), (Algorithm::Sha256, 3_000_000), (Algorithm::Sha512, 1_000_000)]
};

/// Users who are verified together.
const USERS: usize = 1000;

#[test]
fn every_way_agrees_with_totp_rs_on_ten_million_random_cases() {
    let rounds = CASES.map(|(algorithm, cases)| (algorithm, cases / USERS));
    let rounds: Vec<Algorithm> =
        rounds.iter().flat_map(|(algorithm, rounds)| vec![*algorithm; *rounds]).collect();
    let (next, matched) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let round = next.fetch_add(1, Ordering::Relaxed);
                    let Some(algorithm) = rounds.get(round) else { return };
                    matched.fetch_add(against_totp_rs(*algorithm, round), Ordering::Relaxed);
                }
            });
        }
    });
    // Three of four codes are right.
    let cases = rounds.len() * USERS;
    let matched = matched.into_inner();
    assert!(matched > cases * 7 / 10 && matched < cases * 8 / 10, "{matched} of {cases}");
}

/// One batch at one random time; tells how many matched.
fn against_totp_rs(algorithm: Algorithm, round: usize) -> usize {
    let mut chance = Chance::seeded(round as u64, "ten million");
    let digits = Digits::new(6 + u8::try_from(round % 3).expect("small")).expect("6 to 8");
    let step = chance.below(1 << 40);
    let steps = Steps::around(algorithm, step, Window::ONE_STEP);
    let (mut keys, mut expected) = (Vec::new(), Vec::new());
    let mut codes = Codes::with_capacity(digits, USERS);
    for _ in 0..USERS {
        let bytes = chance.bytes::<160>();
        let key = &bytes[..16 + usize::try_from(chance.below(16)).expect("small")];
        let key = if chance.below(64) == 0 { &bytes[..] } else { key };
        let peer = peer(key, algorithm, digits);
        let code = match chance.below(4) {
            0 => chance.digits(digits.count().into()),
            beside => peer.generate((step + beside).saturating_sub(2) * 30).to_string(),
        };
        expected.push(peer.check(&code, step * 30));
        codes.push(&code);
        keys.push(Key::new(key.to_vec()));
    }
    let in_order = InOrder::new(algorithm, &keys);
    for (set, with) in each_and_all() {
        let matches = in_order.verify(&codes, &steps, with).expect("they fit");
        for (user, (found, expected)) in matches.steps().zip(&expected).enumerate() {
            assert_eq!(found, *expected, "{set} {algorithm}, round {round}, user {user}");
        }
    }
    expected.iter().flatten().count()
}

fn peer(key: &[u8], algorithm: Algorithm, digits: Digits) -> totp_rs::Totp {
    let algorithm = match algorithm {
        Algorithm::Sha1 => totp_rs::Algorithm::SHA1,
        Algorithm::Sha256 => totp_rs::Algorithm::SHA256,
        Algorithm::Sha512 => totp_rs::Algorithm::SHA512,
    };
    let builder = totp_rs::Builder::new().with_algorithm(algorithm).with_skew(1);
    let builder = builder.with_digits(digits.count()).with_step_duration(30);
    builder.with_secret(key).build().expect("16 bytes are enough")
}
