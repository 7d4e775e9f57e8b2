//! What holds for every key, time and text: agreement with an independent implementation, round
//! trips, windows, and that no input makes a reader panic.

#![allow(clippy::expect_used, reason = "the strategies give only what can be built")]

use fobwatch::domain::Moment;
use fobwatch::otp::{
    Algorithm, Digits, Hotp, Key, KeyUri, Kind, Label, Period, Totp, Window, base32, luhn, percent,
};
use proptest::prelude::*;

/// The end of what [`Moment`] can tell: the year 9999.
const LAST_SECOND: u64 = 253_402_207_199;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn moment(seconds: u64) -> Moment {
    Moment::from_unix_seconds(i64::try_from(seconds).expect("before the end of time"))
}

fn algorithms() -> impl Strategy<Value = Algorithm> {
    prop::sample::select(&Algorithm::ALL[..])
}

/// Keys of every length that matters: up to a block, exactly one, and beyond both block sizes.
fn keys() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 16..=65),
        prop::collection::vec(any::<u8>(), 127..=200),
    ]
}

/// The same generator by an independent library.
fn peer(key: &[u8], algorithm: Algorithm, digits: u8, period: u64, skew: u16) -> totp_rs::Totp {
    let algorithm = match algorithm {
        Algorithm::Sha1 => totp_rs::Algorithm::SHA1,
        Algorithm::Sha256 => totp_rs::Algorithm::SHA256,
        Algorithm::Sha512 => totp_rs::Algorithm::SHA512,
    };
    let builder = totp_rs::Builder::new().with_algorithm(algorithm).with_digits(digits);
    let builder = builder.with_skew(skew).with_step_duration(period).with_secret(key);
    builder.build().expect("16 bytes and 6 to 8 digits are enough")
}

fn ours(key: &[u8], algorithm: Algorithm, digits: u8, period: u64) -> Totp {
    let (digits, period) = (Digits::new(digits).expect("6 to 8"), Period::new(period));
    Totp::new(&Key::new(key.to_vec()), algorithm, digits, period.expect("not 0"))
}

fn labels() -> impl Strategy<Value = Label> {
    ("([^:]{1,12})?", "[^:]{0,12}", "(:[^:]{0,3})?").prop_map(|(issuer, account, colon)| {
        let made = if issuer.is_empty() {
            Label::new(None, &account)
        } else {
            Label::new(Some(&issuer), &(account + &colon))
        };
        made.expect("no colon where none may be")
    })
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        (1..=u64::MAX)
            .prop_map(|seconds| Kind::Totp { period: Period::new(seconds).expect("≥ 1") }),
        any::<u64>().prop_map(|counter| Kind::Hotp { counter }),
    ]
}

/// Key URIs short enough to be read back.
fn key_uris() -> impl Strategy<Value = KeyUri> {
    let key = prop::collection::vec(any::<u8>(), 1..=64).prop_map(Key::new);
    let others = prop::collection::vec(("\\PC{0,6}", "\\PC{0,6}"), 0..4);
    let chosen = (algorithms(), 6..=10_u8, prop::option::of("\\PC{0,8}"));
    (kinds(), labels(), key, chosen, others).prop_map(|(kind, label, key, chosen, others)| {
        let mut uri = KeyUri::new(kind, label, key);
        let (algorithm, digits, issuer) = chosen;
        uri.algorithm = algorithm;
        uri.digits = Digits::new(digits).expect("6 to 10");
        uri.issuer = issuer;
        others.into_iter().fold(uri, |uri, (name, value)| {
            uri.with_other(format!("x{name}"), value).expect("no known name begins with x")
        })
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn codes_agree_with_an_independent_implementation(
        key in keys(), algorithm in algorithms(), digits in 6..=8_u8,
        period in 1..=3600_u64, seconds in 0..=LAST_SECOND,
    ) {
        let peer = peer(&key, algorithm, digits, period, 1);
        let ours = ours(&key, algorithm, digits, period);
        let code = ours.code_at(moment(seconds)).to_string();
        prop_assert_eq!(code.len(), usize::from(digits));
        prop_assert_eq!(code, peer.generate(seconds).to_string());
    }

    #[test]
    fn verification_agrees_with_an_independent_implementation(
        key in keys(), algorithm in algorithms(), skew in 0..=4_u8,
        seconds in 0..=1_000_000_000_000_u64, late in 0..=200_u64,
    ) {
        let seconds = seconds % (LAST_SECOND - 200);
        let peer = peer(&key, algorithm, 6, 30, u16::from(skew));
        let ours = ours(&key, algorithm, 6, 30);
        let code = ours.code_at(moment(seconds)).to_string();
        let verified = ours.verify(&code, moment(seconds + late), Window::around(skew));
        prop_assert_eq!(verified, peer.check(&code, seconds + late));
    }

    #[test]
    fn any_text_is_verified_as_by_an_independent_implementation(
        key in keys(), candidate in "[0-9 +٣]{5,7}|\\PC{0,8}", seconds in 0..=LAST_SECOND,
    ) {
        let verified = ours(&key, Algorithm::Sha1, 6, 30)
            .verify(&candidate, moment(seconds), Window::ONE_STEP);
        prop_assert_eq!(verified, peer(&key, Algorithm::Sha1, 6, 30, 1).check(&candidate, seconds));
    }

    #[test]
    fn a_code_is_accepted_just_when_its_counter_is_in_the_window(
        key in keys(), algorithm in algorithms(), expected in 0..=u64::MAX,
        back in 0..=8_u32, forward in 0..=8_u32, apart in -12..=12_i64,
    ) {
        let digits = Digits::new(10).expect("ten digits rarely collide");
        let hotp = Hotp::new(&Key::new(key), algorithm, digits);
        let window = Window::new(back, forward).expect("narrow");
        let Some(counter) = expected.checked_add_signed(apart) else { return Ok(()) };
        let code = hotp.code(counter);
        let twin = window.counters(expected).find(|other| hotp.code(*other) == code);
        prop_assert_eq!(hotp.verify(&code.to_string(), expected, window), twin);
        let inside = -i64::from(back) <= apart && apart <= i64::from(forward);
        prop_assert_eq!(twin == Some(counter), inside);
    }

    #[test]
    fn base32_reads_what_it_wrote(bytes in prop::collection::vec(any::<u8>(), 0..=640)) {
        let text = base32::encode(&bytes);
        prop_assert_eq!(base32::decode(&text), Ok(bytes.clone()));
        prop_assert_eq!(base32::decode_lenient(&text), Ok((bytes, vec![])));
    }

    #[test]
    fn base32_written_as_people_write_it_is_read_all_the_same(
        bytes in prop::collection::vec(any::<u8>(), 0..=64), group in 1..=8_usize,
    ) {
        let symbols: Vec<char> = base32::encode(&bytes).to_lowercase().chars().collect();
        let groups: Vec<String> = symbols.chunks(group).map(String::from_iter).collect();
        let read = base32::decode_lenient(&(groups.join("- ") + "=="));
        prop_assert_eq!(read.map(|(bytes, _)| bytes), Ok(bytes));
    }

    #[test]
    fn no_text_makes_base32_panic(text in "\\PC*|[A-Za-z2-7= -]*") {
        if let Ok(bytes) = base32::decode(&text) {
            prop_assert_eq!(base32::encode(&bytes), text.as_str());
            prop_assert_eq!(base32::decode_lenient(&text), Ok((bytes, vec![])));
        }
    }

    #[test]
    fn escapes_are_read_as_they_were_written(text in any::<String>()) {
        let encoded = percent::encode(&text);
        prop_assert!(encoded.is_ascii());
        prop_assert_eq!(percent::decode(&encoded), Ok(text));
    }

    #[test]
    fn a_key_uri_is_read_as_it_was_written(uri in key_uris()) {
        let text = uri.to_uri();
        prop_assume!(text.reveal().len() <= KeyUri::MOST_BYTES);
        let (read, _) = KeyUri::parse(text.reveal()).expect("we wrote it");
        prop_assert_eq!(read, uri);
    }

    #[test]
    fn no_text_makes_the_reader_of_key_uris_panic(
        text in any::<String>(),
        label in "[a:%3A +/\u{e9}-]{0,12}",
        query in "((secret|issuer|digits|algorithm|period|counter|x)=[A-Z2-7%+=&#]{0,8}&){0,8}",
    ) {
        prop_assert!(KeyUri::parse(&text).is_err() || text.starts_with("otpauth"));
        let text = format!("otpauth://totp/{label}?secret=GEZDGNBV&{query}");
        // What was read, however leniently, is written so that it is read as the same.
        if let Ok((uri, _)) = KeyUri::parse(&text) {
            let again = KeyUri::parse(uri.to_uri().reveal()).map(|(uri, _)| uri);
            prop_assert_eq!(again, Ok(uri));
        }
    }

    #[test]
    fn a_check_digit_is_the_only_one_that_fits(number in "[0-9]{1,20}") {
        let whole = luhn::with_check_digit(&number);
        let fitting: Vec<String> = ('0'..='9')
            .map(|digit| format!("{number}{digit}"))
            .filter(|candidate| luhn::is_valid(candidate))
            .collect();
        prop_assert_eq!(fitting, [whole]);
    }
}
