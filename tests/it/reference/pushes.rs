//! Notifications at the app: who may answer, what an answer opens, and when no more are sent.

use super::bench::{Bench, Material, bench, bench_with, pin_in, rejected};
use fobwatch::domain::PushAnswer::{self, Cancel, Concern, Confirm};
use fobwatch::domain::{Assurance, Operation, RejectionClass, Reply, TokenKind};
use fobwatch::otp::Key;
use fobwatch::reference::Parameters;
use fobwatch::tokens::activation::classic;
use fobwatch::tokens::push;
use serde_json::{Value, json};

const RANDOM: [u8; 2] = [0xbe, 0xef];

/// A phone that was enrolled, and its key.
struct Phone {
    material: Material,
    key: Key,
}

impl Phone {
    async fn of_ada(bench: &Bench) -> Self {
        bench.first_factor("enrolling", &bench.ada).await;
        let material = Material::scanned(&bench.begin("enrolling", TokenKind::Mobile).await);
        bench.activate(&material, RANDOM).await.expect("it is activated");
        assert_eq!(bench.confirm("enrolling").await, Reply::Enrolled);
        bench.ask("enrolling", Operation::SignOut).await;
        let key = classic::seed(material.code, RANDOM, None, material.serial);
        Self { material, key }
    }

    /// What waits for this phone.
    fn looks(&self, bench: &Bench) -> Result<Value, u16> {
        let serial = self.material.serial;
        let proof = push::of_question(&self.key, serial);
        let question = json!({ "serial_number": serial.to_string(), "proof": proof });
        let reply = bench.reference.pending_push(&question);
        if reply.status == 200 { Ok(reply.body) } else { Err(reply.status) }
    }

    /// Answers what waits, with `number` where one is wanted; gives the status.
    async fn answers(&self, bench: &Bench, answer: PushAnswer, number: Option<&str>) -> u16 {
        let waiting = match self.looks(bench) {
            Ok(waiting) => waiting,
            Err(status) => return status,
        };
        let transaction = waiting["transaction"].as_str().expect("a transaction");
        let serial = self.material.serial;
        let proof = push::of_answer(&self.key, serial, transaction, (answer, number));
        let body = json!({
            "serial_number": serial.to_string(), "transaction": transaction,
            "answer": answer, "number": number, "proof": proof,
        });
        bench.reference.answer_push(&body).await.status
    }
}

/// Signs in up to the token and asks for a notification; gives the number of the page.
async fn asked(bench: &Bench, session: &str) -> String {
    bench.sign_in(session, &bench.ada).await;
    match bench.ask(session, Operation::RequestPush).await {
        Reply::PushSent { number } => number.expect("a number"),
        other => panic!("no notification but {other:?}"),
    }
}

fn two_factor() -> Reply {
    Reply::SignedIn { assurance: Assurance::TwoFactor }
}

#[tokio::test]
async fn the_page_waits_and_is_signed_in_once_by_the_right_number() {
    let bench = bench(&[]).await;
    let phone = Phone::of_ada(&bench).await;
    assert_eq!(phone.looks(&bench), Err(404));
    let number = asked(&bench, "main").await;
    let waits = Reply::PushSent { number: Some(number.clone()) };
    assert_eq!(bench.ask("main", Operation::AwaitPush).await, waits);
    assert_eq!(bench.ask("main", Operation::Probe).await, waits);
    let choices = phone.looks(&bench).expect("one waits")["choices"].clone();
    assert!(choices.as_array().is_some_and(|all| all.len() == 3 && all.contains(&json!(number))));
    assert_eq!(phone.answers(&bench, Confirm, Some(&number)).await, 200);
    assert_eq!(phone.answers(&bench, Confirm, Some(&number)).await, 404, "it was answered");
    assert_eq!(bench.ask("main", Operation::AwaitPush).await, two_factor());
    bench.sign_in("main", &bench.ada).await;
    let again = bench.ask("main", Operation::AwaitPush).await;
    assert_eq!(again, rejected(RejectionClass::WrongStep));
}

#[tokio::test]
async fn another_number_or_a_no_refuses_the_page() {
    let bench = bench(&[]).await;
    let phone = Phone::of_ada(&bench).await;
    let number = asked(&bench, "main").await;
    let other = if number == "00" { "01" } else { "00" };
    assert_eq!(phone.answers(&bench, Confirm, Some(other)).await, 403);
    let refused = rejected(RejectionClass::PushRefused);
    assert_eq!(bench.ask("main", Operation::AwaitPush).await, refused);
    asked(&bench, "main").await;
    assert_eq!(phone.answers(&bench, Cancel, None).await, 200);
    assert_eq!(bench.ask("main", Operation::AwaitPush).await, refused);
}

#[tokio::test]
async fn a_wrong_proof_answers_nothing() {
    let bench = bench(&[]).await;
    let phone = Phone::of_ada(&bench).await;
    let number = asked(&bench, "main").await;
    let forger = Phone { key: Key::new(vec![7; 16]), material: Material { ..phone.material } };
    assert_eq!(forger.looks(&bench), Err(403));
    let transaction = phone.looks(&bench).expect("one waits")["transaction"].clone();
    let serial = phone.material.serial;
    let text = transaction.as_str().expect("a text");
    // Signed as a no and sent as a yes.
    let proof = push::of_answer(&phone.key, serial, text, (Cancel, None));
    let body = json!({
        "serial_number": serial.to_string(), "transaction": transaction,
        "answer": "confirm", "number": number, "proof": proof,
    });
    assert_eq!(bench.reference.answer_push(&body).await.status, 403);
    for torn in [json!(null), json!({ "serial_number": 1 }), json!([])] {
        assert_eq!(bench.reference.answer_push(&torn).await.status, 400);
        assert_eq!(bench.reference.pending_push(&torn).status, 400);
    }
}

#[tokio::test]
async fn a_notification_has_its_time_and_an_hour_its_number() {
    let bench = bench(&[]).await;
    let phone = Phone::of_ada(&bench).await;
    let number = asked(&bench, "main").await;
    bench.advance(60);
    assert_eq!(phone.answers(&bench, Confirm, Some(&number)).await, 404);
    let expired = rejected(RejectionClass::PushExpired);
    assert_eq!(bench.ask("main", Operation::AwaitPush).await, expired);
    for _ in 0..4 {
        asked(&bench, "main").await;
    }
    let too_many = bench.ask("main", Operation::RequestPush).await;
    assert_eq!(too_many, rejected(RejectionClass::RateLimited));
    bench.advance(3600);
    asked(&bench, "main").await;
}

#[tokio::test]
async fn a_concern_stops_notifications_until_the_token_was_shown() {
    let bench = bench(&[]).await;
    let phone = Phone::of_ada(&bench).await;
    asked(&bench, "main").await;
    let before = bench.messages().len();
    assert_eq!(phone.answers(&bench, Concern, None).await, 200);
    let told: Vec<_> = bench.messages().split_off(before);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told.iter().all(|mail| pin_in(mail).is_none()), "{told:?}");
    let stopped = rejected(RejectionClass::ChannelUnavailable);
    assert_eq!(bench.ask("main", Operation::RequestPush).await, stopped);
    let code = bench.totp_code(&phone.material.totp(RANDOM));
    assert_eq!(bench.code("main", &code).await, two_factor());
    asked(&bench, "main").await;
}

#[tokio::test]
async fn who_has_no_app_or_no_password_yet_is_not_asked() {
    let bench = bench(&[]).await;
    let wrong_step = rejected(RejectionClass::WrongStep);
    for operation in [Operation::RequestPush, Operation::AwaitPush] {
        assert_eq!(bench.ask("main", operation).await, wrong_step);
    }
    bench.enrol(&bench.ada).await;
    bench.sign_in("main", &bench.ada).await;
    let no_app = bench.ask("main", Operation::RequestPush).await;
    assert_eq!(no_app, rejected(RejectionClass::ChannelUnavailable));
    let bench = bench_with(Parameters { push: false, ..Parameters::default() }, &[]).await;
    let unsupported = Reply::Unsupported { feature: "push".to_owned() };
    assert_eq!(bench.ask("main", Operation::RequestPush).await, unsupported);
}
