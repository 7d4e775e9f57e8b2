//! Without defects: the first factor, and the rules that hold for every sign-in.

use super::bench::{bench, bench_with, other_than, pin_in, rejected, secret};
use fobwatch::domain::operation::Writing;
use fobwatch::domain::{
    Channel, Mailbox, Message, Operation, Recipient, RejectionClass, Reply, TokenKind,
};
use fobwatch::reference::{Delivery, Parameters};
use std::time::Duration;

const MUST_ENROL: [TokenKind; 5] = TokenKind::ALL;

fn must_enrol() -> Reply {
    Reply::EnrolmentRequired { offers: MUST_ENROL.to_vec() }
}

#[tokio::test]
async fn the_first_pin_goes_by_sms_and_the_page_masks_the_number() {
    let bench = bench(&[]).await;
    let reply = bench.sign_in("main", &bench.ada).await;
    let number = bench.ada.mobile.clone().expect("Ada has a number");
    assert_eq!(
        reply,
        Reply::CodeRequired {
            channel: Channel::Sms,
            destination: Some(number.masked()),
            alternatives: vec![Channel::Email],
        }
    );
    let messages = bench.messages();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].to, Recipient::Phone(number));
    let pin = pin_in(&messages[0]).expect("a PIN in front");
    assert_eq!(pin.len(), 8);
    let (told, bound) = messages[0].text.split_once('\n').expect("a line for browsers");
    assert_eq!(told.matches(&pin).count(), 1);
    assert_eq!(bound, format!("@reference.test #{pin}"));
    assert!(messages[0].text.len() <= 160, "{}", messages[0].text);
    assert!(messages[0].text.contains("Reference Signing Service"));
    assert!(messages[0].text.contains("5 minutes"));
}

#[tokio::test]
async fn a_person_without_a_number_gets_the_pin_by_mail() {
    let bench = bench(&[]).await;
    let reply = bench.sign_in("main", &bench.bob).await;
    assert!(matches!(
        &reply,
        Reply::CodeRequired { channel: Channel::Email, alternatives, .. } if alternatives.is_empty()
    ));
    let choice = Operation::ChooseChannel { channel: Channel::Sms };
    assert_eq!(bench.ask("main", choice).await, rejected(RejectionClass::ChannelUnavailable));
    assert_eq!(bench.code("main", &bench.newest_pin()).await, must_enrol());
}

#[tokio::test]
async fn a_mail_has_its_code_in_both_parts_and_says_that_it_is_automatic() {
    let bench = bench(&[]).await;
    bench.sign_in("main", &bench.bob).await;
    let mail = bench.messages().remove(0);
    let pin = pin_in(&mail).expect("a PIN in front");
    assert!(mail.html.expect("an HTML part").contains(&pin));
    assert!(!mail.subject.expect("a subject").contains(&pin));
    let header = |name: &str| {
        let found = mail.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert_eq!(header("Date"), "Tue, 1 Jan 2030 00:00:00 +0000");
    assert!(header("Message-ID").ends_with("@reference.test>"));
}

#[tokio::test]
async fn alternative_authentication_sends_a_new_pin_by_mail_and_ends_the_old_one() {
    let bench = bench(&[]).await;
    bench.sign_in("main", &bench.ada).await;
    let by_sms = bench.newest_pin();
    let choice = Operation::ChooseChannel { channel: Channel::Email };
    let reply = bench.ask("main", choice).await;
    assert!(matches!(reply, Reply::CodeRequired { channel: Channel::Email, .. }));
    let messages = bench.messages();
    assert_eq!(messages[1].to, Recipient::Mailbox(bench.ada.mailbox.clone()));
    assert_eq!(bench.code("main", &by_sms).await, rejected(RejectionClass::CodeSuperseded));
    assert_eq!(bench.code("main", &bench.newest_pin()).await, must_enrol());
}

#[tokio::test]
async fn wrong_user_and_wrong_password_are_answered_alike() {
    let bench = bench(&[]).await;
    let try_as = |user: &str| {
        let user = user.to_owned();
        Operation::SignIn { user, password: secret("wrong") }
    };
    for attempt in 0..7 {
        let known = bench.view("main", try_as(&bench.ada.user)).await;
        let unknown = bench.view("main", try_as("nobody")).await;
        assert_eq!(known, unknown, "attempt {attempt}");
        let class = if attempt < 5 { RejectionClass::Denied } else { RejectionClass::Locked };
        assert_eq!(known.to_reply(), rejected(class), "attempt {attempt}");
    }
}

#[tokio::test]
async fn a_pin_is_accepted_once() {
    let bench = bench(&[]).await;
    assert_eq!(bench.first_factor("main", &bench.ada).await, must_enrol());
    let spent = bench.newest_pin();
    assert_eq!(bench.code("main", &spent).await, rejected(RejectionClass::WrongStep));
    bench.sign_in("main", &bench.ada).await;
    assert_eq!(bench.code("main", &spent).await, rejected(RejectionClass::CodeSpent));
}

#[tokio::test]
async fn a_pin_belongs_to_its_session_and_its_person() {
    let bench = bench(&[]).await;
    bench.sign_in("first", &bench.ada).await;
    let pin = bench.newest_pin();
    bench.sign_in("second", &bench.ada).await;
    assert_eq!(bench.code("second", &pin).await, rejected(RejectionClass::CodeInvalid));
    bench.sign_in("bob", &bench.bob).await;
    assert_eq!(bench.code("bob", &pin).await, rejected(RejectionClass::CodeInvalid));
    assert_eq!(bench.code("first", &pin).await, must_enrol());
}

#[tokio::test]
async fn a_pin_dies_with_its_lifetime_and_not_before() {
    let bench = bench(&[]).await;
    bench.sign_in("main", &bench.ada).await;
    bench.advance(300);
    let late = bench.code("main", &bench.newest_pin()).await;
    assert_eq!(late, rejected(RejectionClass::CodeExpired));
    bench.sign_in("main", &bench.ada).await;
    bench.advance(299);
    assert_eq!(bench.code("main", &bench.newest_pin()).await, must_enrol());
}

#[tokio::test]
async fn what_is_not_exactly_the_digits_is_an_invalid_code() {
    for wrong in ["", "1234", " ", "-12345678", "12345678901234567890"] {
        let bench = bench(&[]).await;
        bench.sign_in("main", &bench.ada).await;
        assert_eq!(bench.code("main", wrong).await, rejected(RejectionClass::CodeInvalid));
        let longer = format!("{}0", bench.newest_pin());
        assert_eq!(bench.code("main", &longer).await, rejected(RejectionClass::CodeInvalid));
    }
}

#[tokio::test]
async fn another_message_ends_the_earlier_pin_keeps_the_count_and_is_bounded() {
    let bench = bench(&[]).await;
    bench.sign_in("main", &bench.ada).await;
    let first = bench.newest_pin();
    for _ in 0..3 {
        bench.code("main", &other_than(&first)).await;
    }
    for _ in 0..4 {
        let reply = bench.ask("main", Operation::ResendCode).await;
        assert!(matches!(reply, Reply::CodeRequired { channel: Channel::Sms, .. }));
    }
    let once_more = bench.ask("main", Operation::ResendCode).await;
    assert_eq!(once_more, rejected(RejectionClass::RateLimited));
    assert_eq!(bench.messages().len(), 5);
    assert_eq!(bench.code("main", &first).await, rejected(RejectionClass::CodeSuperseded));
    bench.code("main", "wrong").await;
    let right = bench.code("main", &bench.newest_pin()).await;
    assert_eq!(right, rejected(RejectionClass::Locked));
}

#[tokio::test]
async fn wrong_codes_count_across_sessions_and_lock_even_the_right_one_out() {
    let bench = bench(&[]).await;
    for attempt in 0..5 {
        let session = format!("session {attempt}");
        bench.sign_in(&session, &bench.ada).await;
        let reply = bench.code(&session, "wrong").await;
        assert_eq!(reply, rejected(RejectionClass::CodeInvalid), "{session}");
    }
    let right = bench.code("session 4", &bench.newest_pin()).await;
    assert_eq!(right, rejected(RejectionClass::Locked));
    assert_eq!(bench.sign_in("main", &bench.ada).await, rejected(RejectionClass::Locked));
    bench.advance(365 * 24 * 60 * 60);
    assert_eq!(bench.sign_in("main", &bench.ada).await, rejected(RejectionClass::Locked));
    let unlock = Operation::Unlock { user: bench.ada.user.clone() };
    assert_eq!(bench.ask("admin", unlock).await, Reply::Done);
    assert_eq!(bench.first_factor("main", &bench.ada).await, must_enrol());
}

#[tokio::test]
async fn a_lock_is_told_by_mail_without_digits() {
    let bench = bench(&[]).await;
    bench.lock_ada().await;
    let notice = bench.messages().pop().expect("a notice");
    assert_eq!(notice.to, Recipient::Mailbox(bench.ada.mailbox.clone()));
    let rest = notice.text.replace(&bench.ada.user, "");
    assert!(!rest.chars().any(char::is_numeric), "{}", notice.text);
}

#[tokio::test]
async fn a_lock_with_a_lifetime_ends_and_says_when() {
    let parameters =
        Parameters { lockout_lifetime: Some(Duration::from_mins(1)), ..Parameters::default() };
    let bench = bench_with(parameters, &[]).await;
    bench.lock_ada().await;
    bench.advance(20);
    let code = secret(&bench.newest_pin()).into();
    let view = bench.view("main", Operation::SubmitCode { code }).await;
    assert_eq!(view.status(), 423);
    assert_eq!(view.body(), serde_json::json!({"error": "locked", "retry_after": 40}));
    bench.advance(40);
    assert_eq!(bench.first_factor("main", &bench.ada).await, must_enrol());
}

#[tokio::test]
async fn a_list_is_no_code_and_no_attempt() {
    let bench = bench(&[]).await;
    bench.sign_in("main", &bench.ada).await;
    let pin = secret(&bench.newest_pin());
    for writing in [Writing::Listed, Writing::Among].repeat(5) {
        let reply = bench.ask("main", Operation::SubmitCode { code: writing.of(&pin) }).await;
        assert_eq!(reply, rejected(RejectionClass::Malformed), "{writing:?}");
    }
    assert_eq!(bench.code("main", pin.reveal()).await, must_enrol());
}

#[tokio::test]
async fn a_queue_keeps_the_order_of_the_messages_and_does_not_hold_the_answer_up() {
    let parameters = Parameters { delivery: Delivery::AfterAnswer, ..Parameters::default() };
    let bench = bench_with(parameters, &[]).await;
    let number = bench.ada.mobile.clone().expect("Ada has a number");
    bench.postbag.hurry_more_each_time(3);
    let channels = [Channel::Sms, Channel::Email, Channel::Sms];
    bench.sign_in("main", &bench.ada).await;
    for channel in &channels[1..] {
        bench.ask("main", Operation::ChooseChannel { channel: *channel }).await;
    }
    assert!(bench.messages().is_empty(), "every answer was there before its message");
    // Turns of the worker, more than it needs.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let came: Vec<Channel> = bench.messages().iter().map(Message::channel).collect();
    assert_eq!(came, channels);
    assert_eq!(bench.messages()[0].to, Recipient::Phone(number));
}

#[tokio::test]
async fn success_clears_the_count() {
    let bench = bench(&[]).await;
    for _ in 0..2 {
        bench.sign_in("main", &bench.ada).await;
        for _ in 0..4 {
            bench.code("main", "wrong").await;
        }
        assert_eq!(bench.code("main", &bench.newest_pin()).await, must_enrol());
    }
}

#[tokio::test]
async fn wrong_codes_of_the_token_lock_across_sessions() {
    let bench = bench(&[]).await;
    let totp = bench.enrol(&bench.ada).await;
    for session in ["a", "b", "c", "d", "e"] {
        bench.sign_in(session, &bench.ada).await;
        bench.code(session, "wrong").await;
    }
    let right = bench.code("e", &bench.totp_code(&totp)).await;
    assert_eq!(right, rejected(RejectionClass::Locked));
}

#[tokio::test]
async fn an_idle_session_ends() {
    let bench = bench(&[]).await;
    bench.first_factor("main", &bench.ada).await;
    bench.advance(899);
    assert_eq!(bench.ask("main", Operation::Probe).await, must_enrol());
    bench.advance(900);
    assert_eq!(bench.ask("main", Operation::Probe).await, Reply::SignedOut);
}

#[tokio::test]
async fn what_was_not_sent_is_not_said_to_be_sent() {
    let bench = bench(&[]).await;
    bench.break_sms();
    let reply = bench.sign_in("main", &bench.ada).await;
    assert_eq!(reply, rejected(RejectionClass::ChannelUnavailable));
    let choice = Operation::ChooseChannel { channel: Channel::Email };
    assert!(matches!(bench.ask("main", choice).await, Reply::CodeRequired { .. }));
    assert_eq!(bench.code("main", &bench.newest_pin()).await, must_enrol());
}

#[tokio::test]
async fn provisioning_again_starts_a_person_anew() {
    let bench = bench(&[]).await;
    bench.enrol(&bench.ada).await;
    bench.sign_in("main", &bench.ada).await;
    let mut moved = bench.ada.clone();
    moved.mailbox = "moved@mail.test".parse::<Mailbox>().expect("a mailbox");
    bench.ask("admin", Operation::Provision(Box::new(moved.clone()))).await;
    assert_eq!(bench.ask("main", Operation::Probe).await, Reply::SignedOut);
    assert!(matches!(bench.sign_in("main", &moved).await, Reply::CodeRequired { .. }));
}

#[tokio::test]
async fn the_same_seed_gives_the_same_messages() {
    let (one, two) = (bench(&[]).await, bench(&[]).await);
    for bench in [&one, &two] {
        bench.enrol(&bench.ada).await;
    }
    assert_eq!(one.messages(), two.messages());
}
