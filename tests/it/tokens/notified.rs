//! Notifications at the mobile app.

use super::{ADDRESS, Bench, POLICY, SERIAL, activation, serial};
use fobwatch::domain::device::Reason::{
    Locked, NoPush, NotOnThisDevice, NumberWanted, Offline, PushExpired, ServiceError,
    Unauthorized, WrongPin, WrongStep,
};
use fobwatch::domain::{Act, DeviceKind, Outcome, PushAnswer, PushReply, Tap};
use fobwatch::tokens::activation::classic::seed;
use fobwatch::tokens::push;
use serde_json::json;

fn answer(answer: PushAnswer, tap: Option<Tap>) -> Act {
    Act::AnswerPush { reply: PushReply { answer, tap }, pin: Some("2580".into()) }
}

fn waits(bench: &Bench, choices: &[&str]) {
    bench.service.will_answer(200, json!({ "transaction": "a1b2", "choices": choices }));
}

#[test]
fn a_notification_is_fetched_and_answered_with_the_keys_proof() {
    let mut bench = Bench::enrolled();
    let random = bench.service.device_random();
    let key = seed(activation(), random, Some(POLICY), serial());
    let calls = bench.service.calls();
    waits(&bench, &["17", "42", "88"]);
    let tap = Some(Tap::Number("42".to_owned()));
    assert_eq!(bench.act(answer(PushAnswer::Confirm, tap)), Outcome::Done);
    assert_eq!(bench.service.calls(), calls + 2);
    let request = bench.service.last();
    assert_eq!(request["address"], format!("{ADDRESS}/push/answer"));
    let given = (PushAnswer::Confirm, Some("42"));
    let proof = push::of_answer(&key, serial(), "a1b2", given);
    let expected = json!({
        "serial_number": SERIAL, "transaction": "a1b2", "answer": "confirm", "number": "42",
        "proof": proof,
    });
    assert_eq!(request["body"], expected);
}

#[test]
fn a_number_is_tapped_only_if_it_is_on_the_screen() {
    use PushAnswer::{Cancel, Confirm};
    let number = |text: &str| Some(Tap::Number(text.to_owned()));
    let other = |text: &str| Some(Tap::OtherThan(text.to_owned()));
    let tapped = |choices: &[&str], given, tap| {
        let mut bench = Bench::enrolled();
        waits(&bench, choices);
        let outcome = bench.act(answer(given, tap));
        (outcome, bench.service.last()["body"]["number"].clone())
    };
    let three = ["17", "42", "88"];
    assert_eq!(tapped(&three, Confirm, other("17")), (Outcome::Done, json!("42")));
    assert_eq!(tapped(&three, Cancel, number("42")), (Outcome::Done, json!(null)));
    assert_eq!(tapped(&[], Confirm, number("42")), (Outcome::Done, json!(null)));
    for tap in [number("99"), None] {
        assert_eq!(tapped(&three, Confirm, tap).0, Outcome::Refused(NumberWanted));
    }
}

#[test]
fn nothing_is_answered_behind_a_closed_pin_without_network_or_without_a_service() {
    let no_pin = || Act::AnswerPush {
        reply: PushReply { answer: PushAnswer::Cancel, tap: None },
        pin: None,
    };
    let mut bench = Bench::enrolled();
    let calls = bench.service.calls();
    bench.refuses(no_pin(), Locked);
    let wrong = Act::AnswerPush {
        reply: PushReply { answer: PushAnswer::Cancel, tap: None },
        pin: Some("1379".into()),
    };
    bench.refuses(wrong, WrongPin);
    bench.acts([Act::GoOffline]);
    bench.refuses(answer(PushAnswer::Cancel, None), Offline);
    assert_eq!(bench.service.calls(), calls, "no request may have left");
    Bench::new(DeviceKind::Android).refuses(no_pin(), WrongStep);
    Bench::new(DeviceKind::Windows).refuses(no_pin(), NotOnThisDevice);
}

#[test]
fn what_the_service_refuses_is_told_apart() {
    let refusals = [(403, Unauthorized), (404, NoPush), (410, PushExpired), (500, ServiceError)];
    for (status, reason) in refusals {
        let mut bench = Bench::enrolled();
        bench.service.will_answer(status, json!({}));
        bench.refuses(answer(PushAnswer::Cancel, None), reason);
    }
    let mut bench = Bench::enrolled();
    bench.service.will_answer(200, json!({ "transaction": 7 }));
    bench.refuses(answer(PushAnswer::Cancel, None), ServiceError);
}
