//! Plain keys at the sound server: bound by a code, resynchronised, taken away.

use super::bench::{Bench, bench, bench_with, other_than, rejected};
use fobwatch::domain::{
    Activation, Assurance, Channel, Clock, Operation, RejectionClass, Reply, TokenKind,
};
use fobwatch::otp::{KeyUri, Kind, Totp};
use fobwatch::reference::Parameters;
use fobwatch::tokens::{camera, lint};

const TWO: Reply = Reply::SignedIn { assurance: Assurance::TwoFactor };

async fn confirm(bench: &Bench, code: &str) -> Reply {
    bench.ask("main", Operation::ConfirmEnrolment { code: Some(code.into()) }).await
}

async fn shown(bench: &Bench, kind: TokenKind) -> Activation {
    bench.first_factor("main", &bench.ada).await;
    bench.begin("main", kind).await
}

fn totp(page: &Activation) -> Totp {
    let (uri, _) = KeyUri::parse(page.link.as_ref().expect("a link").reveal()).expect("a URI");
    let Kind::Totp { period } = uri.kind else { panic!("codes of the time") };
    Totp::new(&uri.key, uri.algorithm, uri.digits, period)
}

#[tokio::test]
async fn the_page_has_one_key_in_both_forms_that_no_app_misreads() {
    let bench = bench(&[]).await;
    for kind in [TokenKind::Authenticator, TokenKind::Counter] {
        let page = shown(&bench, kind).await;
        let link = page.link.as_ref().expect("a link").reveal();
        assert_eq!(camera::read(page.qr.as_ref().expect("a QR code")).as_deref(), Ok(link));
        let grave: Vec<_> = lint::text(link)
            .into_iter()
            // A counter is not for everybody, and the name of the service is long.
            .filter(|one| !matches!(one.profile.as_deref(), Some("time-only" | "short-uri")))
            .filter(|one| one.harm > lint::Harm::OddLabel)
            .collect();
        assert!(grave.is_empty(), "{grave:?}");
    }
}

#[tokio::test]
async fn a_key_is_bound_by_a_right_code_in_time_and_by_nothing_else() {
    let bench = bench(&[]).await;
    let totp = totp(&shown(&bench, TokenKind::Authenticator).await);
    let code = bench.totp_code(&totp);
    assert_eq!(bench.confirm("main").await, rejected(RejectionClass::CodeInvalid));
    let wrong = confirm(&bench, &other_than(&code)).await;
    assert_eq!(wrong, rejected(RejectionClass::CodeInvalid));
    bench.advance(301);
    let late = confirm(&bench, &bench.totp_code(&totp)).await;
    assert_eq!(late, rejected(RejectionClass::EnrolmentExpired));
}

#[tokio::test]
async fn a_clock_that_ran_away_is_learned_by_two_codes() {
    let bench = bench(&[]).await;
    let totp = totp(&shown(&bench, TokenKind::Authenticator).await);
    assert_eq!(confirm(&bench, &bench.totp_code(&totp)).await, Reply::Enrolled);
    bench.ask("main", Operation::SignOut).await;
    bench.advance(60);
    bench.sign_in("main", &bench.ada).await;
    let at = |ms: i64| totp.code_at(bench.clock.now().skewed_by_ms(ms)).to_string();
    let off = 20 * 60_000;
    assert_eq!(bench.code("main", &at(off)).await, rejected(RejectionClass::CodeInvalid));
    let (first, second) = (at(off - 30_000).into(), at(off).into());
    let resync = Operation::Resynchronise { first, second };
    assert_eq!(bench.ask("main", resync.clone()).await, Reply::Done);
    assert_eq!(bench.ask("main", resync).await, rejected(RejectionClass::CodeInvalid));
    bench.advance(30);
    let next = totp.code_at(bench.clock.now().skewed_by_ms(off)).to_string();
    assert_eq!(bench.code("main", &next).await, TWO);
}

#[tokio::test]
async fn a_reset_takes_everything_away_and_tells_the_person() {
    let bench = bench(&[]).await;
    bench.enrol(&bench.ada).await;
    bench.sign_in("main", &bench.ada).await;
    let unknown = Operation::ResetFactors { user: "nobody".to_owned() };
    assert_eq!(bench.ask("admin", unknown).await, rejected(RejectionClass::Denied));
    let reset = Operation::ResetFactors { user: bench.ada.user.clone() };
    assert_eq!(bench.ask("admin", reset).await, Reply::Done);
    assert_eq!(bench.ask("main", Operation::Probe).await, Reply::SignedOut);
    let told = bench.messages().pop().expect("a mail");
    assert_eq!(told.channel(), Channel::Email);
    assert!(told.subject.expect("a subject").contains("reset"));
    let reply = bench.sign_in("main", &bench.ada).await;
    assert!(matches!(reply, Reply::CodeRequired { .. }), "{reply:?}");
}

#[tokio::test]
async fn what_is_switched_off_is_neither_offered_nor_begun() {
    let parameters =
        Parameters { authenticator_apps: false, challenge_tokens: false, ..Parameters::default() };
    let bench = bench_with(parameters, &[]).await;
    let reply = bench.first_factor("main", &bench.ada).await;
    let offers = vec![TokenKind::Mobile, TokenKind::Desktop];
    assert_eq!(reply, Reply::EnrolmentRequired { offers });
    let begin = Operation::BeginEnrolment { token: TokenKind::Counter };
    let feature = "counter".to_owned();
    assert_eq!(bench.ask("main", begin).await, Reply::Unsupported { feature });
}
