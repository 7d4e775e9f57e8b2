//! Without defects: setting up the second factor, using it, and what it opens.

use super::bench::{
    Material, bench, bench_with, der_of, made_up_registration_code, other_than, pin_in, rejected,
    secret,
};
use fobwatch::domain::{Assurance, Channel, Operation, RejectionClass, Reply, TokenKind};
use fobwatch::reference::{Parameters, QrFormat, SessionId};
use fobwatch::tokens::{Network, NoNetwork};
use std::time::Duration;

const MUST_ENROL: [TokenKind; 5] = TokenKind::ALL;

fn must_enrol() -> Reply {
    Reply::EnrolmentRequired { offers: MUST_ENROL.to_vec() }
}

fn two_factor() -> Reply {
    Reply::SignedIn { assurance: Assurance::TwoFactor }
}

#[tokio::test]
async fn before_enrolment_the_session_may_do_nothing_else() {
    let bench = bench(&[]).await;
    bench.first_factor("main", &bench.ada).await;
    for operation in [
        Operation::CreateCertificate { csr_pem: None },
        Operation::ListTokens,
        Operation::RevokeToken { token: "1".to_owned() },
        Operation::ResendCode,
        Operation::ChooseChannel { channel: Channel::Email },
        Operation::ConfirmEnrolment { code: None },
        Operation::SubmitRegistrationCode { code: secret("1") },
    ] {
        let reply = bench.ask("main", operation.clone()).await;
        assert_eq!(reply, rejected(RejectionClass::WrongStep), "{operation:?}");
    }
    assert_eq!(bench.ask("main", Operation::Probe).await, must_enrol());
}

#[tokio::test]
async fn ok_without_an_activated_token_enrols_nobody() {
    let bench = bench(&[]).await;
    bench.first_factor("main", &bench.ada).await;
    for token in [TokenKind::Mobile, TokenKind::Desktop] {
        bench.begin("main", token).await;
        assert_eq!(bench.confirm("main").await, rejected(RejectionClass::EnrolmentConflict));
        assert_eq!(bench.ask("main", Operation::Probe).await, must_enrol());
    }
}

#[tokio::test]
async fn after_enrolment_the_token_is_asked_for_and_no_pin_is_sent() {
    let bench = bench(&[]).await;
    let totp = bench.enrol(&bench.ada).await;
    let sent = bench.messages().len();
    let reply = bench.sign_in("main", &bench.ada).await;
    assert_eq!(reply, Reply::TokenRequired { methods: vec![TokenKind::Desktop], challenge: None });
    for operation in [Operation::ResendCode, Operation::ChooseChannel { channel: Channel::Email }] {
        assert_eq!(bench.ask("main", operation).await, rejected(RejectionClass::WrongStep));
    }
    assert_eq!(bench.messages().len(), sent);
    assert_eq!(bench.code("main", &bench.totp_code(&totp)).await, two_factor());
    assert_eq!(bench.ask("main", Operation::Probe).await, two_factor());
}

#[tokio::test]
async fn a_code_of_the_token_is_accepted_once_and_never_an_earlier_one() {
    let bench = bench(&[]).await;
    let totp = bench.enrol(&bench.ada).await;
    bench.advance(300);
    let earlier = bench.totp_code(&totp);
    bench.advance(30);
    let code = bench.totp_code(&totp);
    bench.sign_in("main", &bench.ada).await;
    assert_eq!(bench.code("main", &code).await, two_factor());
    bench.sign_in("other", &bench.ada).await;
    assert_eq!(bench.code("other", &code).await, rejected(RejectionClass::CodeSpent));
    assert_eq!(bench.code("other", &earlier).await, rejected(RejectionClass::CodeSpent));
    bench.advance(30);
    assert_eq!(bench.code("other", &bench.totp_code(&totp)).await, two_factor());
}

#[tokio::test]
async fn the_window_is_one_step_to_each_side() {
    for (offset, accepted) in [(-60, false), (-30, true), (30, true), (60, false)] {
        let bench = bench(&[]).await;
        let totp = bench.enrol(&bench.ada).await;
        bench.advance(600);
        let code =
            totp.code_at(fobwatch::domain::Clock::now(&*bench.clock).skewed_by_ms(offset * 1000));
        bench.sign_in("main", &bench.ada).await;
        let reply = bench.code("main", &code.to_string()).await;
        assert_eq!(reply == two_factor(), accepted, "{offset} s: {reply:?}");
    }
}

#[tokio::test]
async fn activation_works_once_and_only_in_its_time() {
    let bench = bench(&[]).await;
    bench.first_factor("main", &bench.ada).await;
    let first = Material::scanned(&bench.begin("main", TokenKind::Mobile).await);
    bench.advance(300);
    assert_eq!(bench.activate(&first, [0, 1]).await.err(), Some(410));
    assert_eq!(bench.confirm("main").await, rejected(RejectionClass::EnrolmentExpired));
    let second = Material::scanned(&bench.begin("main", TokenKind::Mobile).await);
    assert_eq!(bench.activate(&first, [0, 1]).await.err(), Some(403));
    bench.advance(299);
    assert!(bench.activate(&second, [0, 1]).await.is_ok());
    assert_eq!(bench.activate(&second, [0, 2]).await.err(), Some(403));
    assert_eq!(bench.confirm("main").await, Reply::Enrolled);
    assert_eq!(bench.activate(&second, [0, 2]).await.err(), Some(403));
}

#[tokio::test]
async fn the_phone_that_scanned_makes_the_codes_that_are_accepted() {
    for qr_format in [QrFormat::Png, QrFormat::Svg] {
        let bench = bench_with(Parameters { qr_format, ..Parameters::default() }, &[]).await;
        bench.first_factor("main", &bench.ada).await;
        let material = Material::scanned(&bench.begin("main", TokenKind::Mobile).await);
        let totp = bench.activate(&material, [0xca, 0xfe]).await.expect("activated");
        assert_eq!(bench.confirm("main").await, Reply::Enrolled);
        let reply = bench.sign_in("main", &bench.ada).await;
        assert_eq!(
            reply,
            Reply::TokenRequired { methods: vec![TokenKind::Mobile], challenge: None }
        );
        assert_eq!(bench.code("main", &bench.totp_code(&totp)).await, two_factor());
    }
}

#[tokio::test]
async fn a_wrong_activation_code_activates_nothing() {
    let bench = bench(&[]).await;
    bench.first_factor("main", &bench.ada).await;
    let material = Material::scanned(&bench.begin("main", TokenKind::Mobile).await);
    let other = Material::scanned(&bench.begin("main", TokenKind::Mobile).await);
    let mixed = Material { serial: other.serial, code: material.code };
    assert_eq!(bench.activate(&mixed, [0, 1]).await.err(), Some(403));
    assert_eq!(bench.confirm("main").await, rejected(RejectionClass::EnrolmentConflict));
}

#[tokio::test]
async fn only_its_own_registration_code_activates_a_desktop_token() {
    let bench = bench(&[]).await;
    bench.first_factor("main", &bench.ada).await;
    let material = Material::typed(&bench.begin("main", TokenKind::Desktop).await);
    assert_eq!(bench.activate(&material, [0, 1]).await.err(), Some(403), "not over the network");
    let wrong = bench.register("main", &made_up_registration_code()).await;
    assert_eq!(wrong, rejected(RejectionClass::CodeInvalid));
    assert_eq!(bench.confirm("main").await, rejected(RejectionClass::EnrolmentConflict));
    let code = material.registration_code([0, 1]);
    assert_eq!(bench.register("main", &code).await, Reply::Done);
    let again = bench.register("main", &code).await;
    assert_eq!(again, rejected(RejectionClass::EnrolmentConflict));
    assert_eq!(bench.confirm("main").await, Reply::Enrolled);
}

#[tokio::test]
async fn slips_in_a_registration_code_cost_nothing_and_wrong_ones_lock() {
    let bench = bench(&[]).await;
    bench.first_factor("main", &bench.ada).await;
    let material = Material::typed(&bench.begin("main", TokenKind::Desktop).await);
    let right = material.registration_code([0, 1]);
    for slip in ["", "12345", &other_than(&right)] {
        for _ in 0..4 {
            let reply = bench.register("main", slip).await;
            assert_eq!(reply, rejected(RejectionClass::Malformed), "{slip}");
        }
    }
    for _ in 0..5 {
        let reply = bench.register("main", &made_up_registration_code()).await;
        assert_eq!(reply, rejected(RejectionClass::CodeInvalid));
    }
    assert_eq!(bench.register("main", &right).await, rejected(RejectionClass::Locked));
}

#[tokio::test]
async fn a_code_given_with_ok_must_be_the_token_s_and_is_spent() {
    let bench = bench(&[]).await;
    bench.first_factor("main", &bench.ada).await;
    let material = Material::typed(&bench.begin("main", TokenKind::Desktop).await);
    bench.register("main", &material.registration_code([0, 1])).await;
    let code = bench.totp_code(&material.totp([0, 1]));
    let confirm = |code: &str| Operation::ConfirmEnrolment { code: Some(secret(code)) };
    let wrong = bench.ask("main", confirm(&other_than(&code))).await;
    assert_eq!(wrong, rejected(RejectionClass::CodeInvalid));
    assert_eq!(bench.ask("main", confirm(&code)).await, Reply::Enrolled);
    bench.sign_in("main", &bench.ada).await;
    assert_eq!(bench.code("main", &code).await, rejected(RejectionClass::CodeSpent));
}

#[tokio::test]
async fn material_differs_each_time() {
    let bench = bench(&[]).await;
    bench.first_factor("main", &bench.ada).await;
    let (one, two) = (
        bench.begin("main", TokenKind::Desktop).await,
        bench.begin("main", TokenKind::Desktop).await,
    );
    assert_ne!(one.serial_number, two.serial_number);
    assert_ne!(one.activation_code, two.activation_code);
    assert_eq!(one.expires_in, Some(Duration::from_mins(5)));
    assert_eq!(one.address.as_deref(), Some("reference.test/device"));
    let (one, two) = (
        bench.begin("main", TokenKind::Mobile).await,
        bench.begin("main", TokenKind::Mobile).await,
    );
    assert_ne!(one.qr, two.qr);
    assert_ne!(one.password, two.password);
}

#[tokio::test]
async fn an_abandoned_enrolment_binds_nobody() {
    for ending in [Operation::SignOut, Operation::Cancel] {
        let bench = bench(&[]).await;
        bench.first_factor("main", &bench.ada).await;
        let material = Material::scanned(&bench.begin("main", TokenKind::Mobile).await);
        bench.activate(&material, [0, 1]).await.expect("activated");
        bench.ask("main", ending).await;
        assert!(matches!(bench.sign_in("main", &bench.ada).await, Reply::CodeRequired { .. }));
        assert_eq!(bench.activate(&material, [0, 2]).await.err(), Some(403));
    }
}

#[tokio::test]
async fn a_second_session_cannot_enrol_past_a_bound_token() {
    let bench = bench(&[]).await;
    bench.sign_in("waiting", &bench.ada).await;
    let pin = bench.newest_pin();
    bench.first_factor("ready", &bench.ada).await;
    bench.enrol(&bench.ada).await;
    let begin = Operation::BeginEnrolment { token: TokenKind::Mobile };
    assert_eq!(bench.ask("ready", begin).await, rejected(RejectionClass::EnrolmentConflict));
    let reply = bench.code("waiting", &pin).await;
    assert_eq!(reply, Reply::TokenRequired { methods: vec![TokenKind::Desktop], challenge: None });
}

#[tokio::test]
async fn the_congratulations_page_leads_nowhere_but_out() {
    let bench = bench(&[]).await;
    bench.first_factor("main", &bench.ada).await;
    let material = Material::scanned(&bench.begin("main", TokenKind::Mobile).await);
    bench.activate(&material, [0, 1]).await.expect("activated");
    assert_eq!(bench.confirm("main").await, Reply::Enrolled);
    let certificate = Operation::CreateCertificate { csr_pem: None };
    assert_eq!(bench.ask("main", certificate).await, rejected(RejectionClass::WrongStep));
    assert_eq!(bench.ask("main", Operation::SignOut).await, Reply::SignedOut);
    assert_eq!(bench.ask("main", Operation::Probe).await, Reply::SignedOut);
}

#[tokio::test]
async fn binding_and_revoking_are_told_by_mail_without_digits() {
    let bench = bench(&[]).await;
    let totp = bench.enrol(&bench.ada).await;
    bench.sign_in("main", &bench.ada).await;
    bench.code("main", &bench.totp_code(&totp)).await;
    let Reply::Tokens(tokens) = bench.ask("main", Operation::ListTokens).await else {
        panic!("the tokens are listed");
    };
    assert_eq!(tokens.len(), 1);
    let revoke = Operation::RevokeToken { token: tokens[0].id.clone() };
    assert_eq!(bench.ask("main", revoke).await, Reply::Done);
    let notices: Vec<_> =
        bench.messages().into_iter().filter(|message| pin_in(message).is_none()).collect();
    assert_eq!(notices.len(), 2);
    for notice in notices {
        assert_eq!(notice.channel(), Channel::Email);
        let rest = notice.text.replace(&bench.ada.user, "");
        assert!(!rest.chars().any(char::is_numeric), "{}", notice.text);
    }
    assert!(matches!(bench.sign_in("main", &bench.ada).await, Reply::CodeRequired { .. }));
}

#[tokio::test]
async fn a_certificate_is_signed_for_a_fresh_key_or_the_one_requested() {
    let bench = bench(&[]).await;
    let totp = bench.enrol(&bench.ada).await;
    bench.sign_in("main", &bench.ada).await;
    bench.code("main", &bench.totp_code(&totp)).await;
    let key = rcgen::KeyPair::generate().expect("a key");
    let csr = rcgen::CertificateParams::default().serialize_request(&key).expect("a request");
    let csr = csr.pem().expect("PEM");
    let ask = |csr_pem: Option<String>| bench.ask("main", Operation::CreateCertificate { csr_pem });
    let Reply::Certificate { pem } = ask(Some(csr.clone())).await else {
        panic!("a certificate");
    };
    let has = |der: &[u8], part: &[u8]| der.windows(part.len()).any(|window| window == part);
    let der = der_of(&pem);
    assert!(has(&der, key.public_key_raw()) && has(&der, bench.ada.name.as_bytes()));
    assert!(has(&der, b"300101000000Z") && has(&der, b"310101000000Z"), "dates of the clock");
    let Reply::Certificate { pem } = ask(None).await else { panic!("a certificate") };
    assert!(!has(&der_of(&pem), key.public_key_raw()));
    let forged = csr.replacen('A', "B", 40);
    for wrong in ["", "-----BEGIN CERTIFICATE REQUEST-----", forged.as_str()] {
        assert_eq!(ask(Some(wrong.to_owned())).await, rejected(RejectionClass::Malformed));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_submit_one_code_at_once_one_is_let_in() {
    for _ in 0..20 {
        let bench = bench(&[]).await;
        let totp = bench.enrol(&bench.ada).await;
        let code = bench.totp_code(&totp);
        let mut racers = tokio::task::JoinSet::new();
        for racer in 0..4 {
            let session = SessionId::new(format!("racer {racer}"));
            bench.sign_in(session.as_str(), &bench.ada).await;
            let (reference, code) = (bench.reference.clone(), secret(&code));
            racers.spawn(async move {
                let operation = Operation::SubmitCode { code: code.into() };
                reference.handle(&session, &operation).await.to_reply()
            });
        }
        let replies = racers.join_all().await;
        let admitted = replies.iter().filter(|reply| **reply == two_factor()).count();
        assert_eq!(admitted, 1, "{replies:?}");
    }
}

#[tokio::test]
async fn devices_reach_the_server_under_its_public_address_without_a_socket() {
    let bench = bench(&[]).await;
    let network: &dyn Network = &*bench.reference;
    let about = network.get("reference.test/device/about").await.expect("reached");
    assert_eq!(about.body["name"], "Reference Signing Service");
    let body = serde_json::json!({"serial_number": "1"});
    let refused = network.post("reference.test/device/activate", &body).await.expect("reached");
    assert_eq!((refused.status, &refused.body["error"]), (400, &"malformed".into()));
    let elsewhere = network.get("other.test/device/about").await;
    assert_eq!(elsewhere, Err(NoNetwork { address: "other.test/device/about".to_owned() }));
}
