//! OCRA against the vectors of RFC 6287, appendix C, and against texts that nobody should write.

use fobwatch::domain::{Moment, Secret};
use fobwatch::otp::Key;
use fobwatch::otp::ocra::{BadInputs, Inputs, Ocra, Suite};
use proptest::prelude::*;
use serde_json::Value;

fn vectors() -> Value {
    let path = format!("{}/fixtures/vectors/rfc6287_ocra.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("the vectors")).expect("JSON")
}

fn ocra(suite: &str, key: &str) -> Ocra {
    Ocra::new(suite.parse().expect("a suite"), Key::new(key.as_bytes().to_vec()))
}

#[test]
fn every_vector_of_rfc_6287_is_reproduced() {
    let file = vectors();
    let pin = Secret::new("1234");
    let mut count = 0;
    for group in file["groups"].as_array().expect("groups") {
        let suite = group["suite"].as_str().expect("a suite");
        let key = &file["keys_ascii"][group["key"].as_str().expect("a key")];
        let ocra = ocra(suite, key.as_str().expect("a key"));
        for vector in group["vectors"].as_array().expect("vectors") {
            let steps = vector["T"].as_i64();
            let inputs = Inputs {
                question: vector["Q"].as_str().expect("a question"),
                counter: vector["C"].as_u64(),
                pin: group["uses_pin"].as_bool().expect("a word").then_some(&pin),
                moment: steps.map(|steps| Moment::from_unix_seconds(steps * 60 + 30)),
                session: None,
            };
            let response = ocra.respond(&inputs).expect("all inputs are there");
            assert_eq!(response.reveal(), vector["response"].as_str().expect("one"), "{suite}");
            count += 1;
        }
    }
    assert_eq!(count, 70);
}

#[test]
fn a_suite_is_shown_as_it_is_written() {
    for text in [
        "OCRA-1:HOTP-SHA1-6:QN08",
        "OCRA-1:HOTP-SHA512-0:C-QH64-PSHA256-S128-T59M",
        "OCRA-1:HOTP-SHA256-10:QA04-S-T48H",
    ] {
        assert_eq!(text.parse::<Suite>().expect(text).to_string(), text);
    }
}

#[test]
fn a_suite_outside_the_grammar_is_refused() {
    for text in [
        "",
        "OCRA-2:HOTP-SHA1-6:QN08",
        "OCRA-1:TOTP-SHA1-6:QN08",
        "OCRA-1:HOTP-SHA1-3:QN08",
        "OCRA-1:HOTP-SHA1-11:QN08",
        "OCRA-1:HOTP-MD5-6:QN08",
        "OCRA-1:HOTP-SHA1-6:QN03",
        "OCRA-1:HOTP-SHA1-6:QN65",
        "OCRA-1:HOTP-SHA1-6:QX08",
        "OCRA-1:HOTP-SHA1-6:C",
        "OCRA-1:HOTP-SHA1-6:QN08-C",
        "OCRA-1:HOTP-SHA1-6:QN08-T60M",
        "OCRA-1:HOTP-SHA1-6:QN08-S513",
        "OCRA-1:HOTP-SHA1-6:QN08-T1M-S064",
        "OCRA-1:HOTP-SHA1-6:QN08:",
    ] {
        assert!(text.parse::<Suite>().is_err(), "{text}");
    }
}

#[test]
fn an_input_that_the_suite_names_must_be_there_and_fit() {
    let all = ocra("OCRA-1:HOTP-SHA1-6:C-QN08-PSHA1-S004-T1M", "12345678901234567890");
    let pin = Secret::new("1234");
    let whole = Inputs {
        question: "12345678",
        counter: Some(1),
        pin: Some(&pin),
        session: Some(b"abcd"),
        moment: Some(Moment::EPOCH),
    };
    assert!(all.respond(&whole).is_ok());
    let why = |inputs: &Inputs<'_>| all.respond(inputs).expect_err("something is wrong");
    assert_eq!(why(&Inputs { counter: None, ..whole }), BadInputs::Missing("a counter"));
    assert_eq!(why(&Inputs { pin: None, ..whole }), BadInputs::Missing("a PIN"));
    assert_eq!(why(&Inputs { moment: None, ..whole }), BadInputs::Missing("the time"));
    assert_eq!(why(&Inputs { session: Some(b"abcde"), ..whole }), BadInputs::Session);
    let letters = Inputs { question: "1234567x", ..whole };
    assert!(matches!(why(&letters), BadInputs::Question(_)));
    let long = Inputs { question: "12345678901234567", ..whole };
    assert!(matches!(why(&long), BadInputs::Question(_)));
}

#[test]
fn a_response_to_another_challenge_is_wrong() {
    let ocra = ocra("OCRA-1:HOTP-SHA1-6:QN08", "12345678901234567890");
    let verify = |question, response| {
        ocra.verify(response, &Inputs { question, ..Inputs::default() }).expect("inputs that fit")
    };
    assert!(verify("00000000", "237653"));
    assert!(!verify("11111111", "237653"));
    assert!(!verify("00000000", "37653"));
}

proptest! {
    #[test]
    fn no_suite_and_no_challenge_panics(text in ".{0,80}", question in ".{0,140}") {
        if let Ok(suite) = text.parse::<Suite>() {
            let _ = Ocra::new(suite, Key::new(vec![1])).respond(&Inputs { question: &question, ..Inputs::default() });
        }
        for known in ["OCRA-1:HOTP-SHA1-6:QN64", "OCRA-1:HOTP-SHA1-4:QH10", "OCRA-1:HOTP-SHA1-0:QA64"] {
            let ocra = ocra(known, "12345678901234567890");
            let _ = ocra.respond(&Inputs { question: &question, ..Inputs::default() });
        }
    }

    #[test]
    fn suites_near_the_grammar_are_read_or_refused(
        hash in prop::sample::select(vec!["SHA1", "SHA256", "SHA512", "SHA3", ""]),
        digits in 0_u32..12, counter: bool, kind in "[ANHX]", length in 0_u32..70, tail in "(-[PST][A-Z0-9]{0,6}){0,4}",
    ) {
        let counter = if counter { "C-" } else { "" };
        let text = format!("OCRA-1:HOTP-{hash}-{digits}:{counter}Q{kind}{length:02}{tail}");
        if let Ok(suite) = text.parse::<Suite>() {
            prop_assert_eq!(suite.to_string(), text);
        }
    }
}
