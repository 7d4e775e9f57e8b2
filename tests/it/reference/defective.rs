//! Each defect shows, and shows only itself.

use super::bench::{
    Bench, Material, bench, der_of, made_up_registration_code, other_than, pin_in, rejected,
};
use super::symptoms::by_message;
use fobwatch::domain::{
    Assurance, Channel, Clock, Operation, RejectionClass, Reply, Soon, TokenKind,
};
use fobwatch::reference::DEFECTS;

#[tokio::test]
async fn each_defect_shows_itself_and_no_other() {
    for defect in DEFECTS {
        assert!(!symptom(defect.name, &bench(&[]).await).await, "{} without it", defect.name);
        for other in DEFECTS {
            let shown = symptom(defect.name, &bench(&[other.name]).await).await;
            let expected = defect.name == other.name;
            assert_eq!(shown, expected, "symptom of {} under {}", defect.name, other.name);
        }
    }
}

#[test]
fn register_and_folder_agree() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/reference/defects");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder of defects")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .filter_map(|name| name.strip_suffix(".rs").map(|stem| stem.replace('_', "-")))
        .filter(|name| name != "mod")
        .collect();
    files.sort();
    let names: Vec<&str> = DEFECTS.iter().map(|defect| defect.name).collect();
    assert_eq!(files, names);
    for defect in DEFECTS {
        assert!(!defect.breaks.is_empty() && defect.what.ends_with('.'), "{}", defect.name);
    }
}

/// Whether what `defect` is about happens at `bench`.
fn symptom<'a>(defect: &str, bench: &'a Bench) -> Soon<'a, bool> {
    match defect {
        "activation-never-expires" => Box::pin(old_material_activates(bench)),
        "activation-reusable" => Box::pin(two_devices_activate(bench)),
        "alternative-sends-sms" => Box::pin(alternative_comes_by_sms(bench)),
        "any-registration-code" => Box::pin(a_made_up_registration_code_works(bench)),
        "certificate-before-second-factor" => Box::pin(certified_after_the_pin(bench)),
        "code-in-page" => Box::pin(the_page_has_the_pin(bench)),
        "code-not-bound-to-session" => Box::pin(a_pin_of_another_session_works(bench)),
        "code-of-another-person-accepted" => Box::pin(a_pin_of_another_person_works(bench)),
        "counter-reset-by-resend" => Box::pin(resending_buys_guesses(bench)),
        "destination-unmasked" => Box::pin(the_page_has_the_number(bench)),
        "email-although-number-on-file" => Box::pin(the_first_message_is_a_mail(bench)),
        "enrolment-not-forced" => Box::pin(the_pin_signs_in(bench)),
        "four-digit-pin" => Box::pin(the_pin_has_four_digits(bench)),
        "locked-accepts-right-code" => Box::pin(the_right_code_opens_a_lock(bench)),
        "lockout-per-session" => Box::pin(sessions_count_alone(bench)),
        "message-sent-twice" => Box::pin(two_messages_come(bench)),
        "no-binding-notice" => Box::pin(binding_is_silent(bench)),
        "no-lockout" => Box::pin(guessing_never_ends(bench)),
        "ok-without-token" => Box::pin(ok_enrols_nothing(bench)),
        "pin-never-expires" => Box::pin(an_old_pin_works(bench)),
        "pin-replay-accepted" => Box::pin(a_spent_pin_works(bench)),
        "pin-suffices-after-enrolment" => Box::pin(a_pin_is_sent_to_the_enrolled(bench)),
        "replay-accepted" => Box::pin(a_spent_code_works(bench)),
        "resend-keeps-old-code" => Box::pin(the_pin_before_resending_works(bench)),
        "same-material-again" => Box::pin(material_repeats(bench)),
        "sign-out-keeps-session" => Box::pin(signed_out_is_signed_in(bench)),
        "wide-window" => Box::pin(a_code_five_minutes_old_works(bench)),
        other => by_message(other, bench),
    }
}

fn is_taken(reply: &Reply) -> bool {
    !matches!(reply, Reply::Rejected(_))
}

async fn old_material_activates(bench: &Bench) -> bool {
    bench.first_factor("main", &bench.ada).await;
    let material = Material::scanned(&bench.begin("main", TokenKind::Mobile).await);
    bench.advance(301);
    bench.activate(&material, [0, 1]).await.is_ok()
}

async fn two_devices_activate(bench: &Bench) -> bool {
    bench.first_factor("main", &bench.ada).await;
    let material = Material::scanned(&bench.begin("main", TokenKind::Mobile).await);
    bench.activate(&material, [0, 1]).await.expect("the first device is activated");
    bench.activate(&material, [0, 2]).await.is_ok()
}

async fn alternative_comes_by_sms(bench: &Bench) -> bool {
    bench.sign_in("main", &bench.ada).await;
    bench.ask("main", Operation::ChooseChannel { channel: Channel::Email }).await;
    bench.messages().last().map(fobwatch::domain::Message::channel) == Some(Channel::Sms)
}

async fn a_made_up_registration_code_works(bench: &Bench) -> bool {
    bench.first_factor("main", &bench.ada).await;
    bench.begin("main", TokenKind::Desktop).await;
    bench.register("main", &made_up_registration_code()).await == Reply::Done
}

async fn certified_after_the_pin(bench: &Bench) -> bool {
    bench.first_factor("main", &bench.ada).await;
    let reply = bench.ask("main", Operation::CreateCertificate { csr_pem: None }).await;
    matches!(reply, Reply::Certificate { pem } if !der_of(&pem).is_empty())
}

async fn the_page_has_the_pin(bench: &Bench) -> bool {
    bench.sign_in("main", &bench.ada).await;
    let page = bench.view("main", Operation::Probe).await.body().to_string();
    page.contains(&bench.newest_pin())
}

async fn a_pin_of_another_session_works(bench: &Bench) -> bool {
    bench.sign_in("first", &bench.ada).await;
    let pin = bench.newest_pin();
    bench.sign_in("second", &bench.ada).await;
    is_taken(&bench.code("second", &pin).await)
}

async fn a_pin_of_another_person_works(bench: &Bench) -> bool {
    bench.sign_in("ada", &bench.ada).await;
    let pin = bench.newest_pin();
    bench.sign_in("bob", &bench.bob).await;
    is_taken(&bench.code("bob", &pin).await)
}

/// Eight wrong codes with a resend between them do not lock, five in a row do.
async fn resending_buys_guesses(bench: &Bench) -> bool {
    bench.sign_in("main", &bench.ada).await;
    for _ in 0..2 {
        bench.ask("main", Operation::ResendCode).await;
        for _ in 0..4 {
            bench.code("main", "wrong").await;
        }
    }
    is_taken(&bench.code("main", &bench.newest_pin()).await) && locks_in_one_session(bench).await
}

async fn locks_in_one_session(bench: &Bench) -> bool {
    let pin = bench.lock_ada().await;
    !is_taken(&bench.code("main", &pin).await)
}

async fn the_page_has_the_number(bench: &Bench) -> bool {
    bench.sign_in("main", &bench.ada).await;
    let page = bench.view("main", Operation::Probe).await.body().to_string();
    let mobile = bench.ada.mobile.as_ref().expect("Ada has a number");
    page.contains(mobile.as_str()) || page.contains(bench.ada.mailbox.as_str())
}

async fn the_first_message_is_a_mail(bench: &Bench) -> bool {
    let reply = bench.sign_in("main", &bench.ada).await;
    matches!(reply, Reply::CodeRequired { channel: Channel::Email, .. })
        && bench.messages()[0].channel() == Channel::Email
}

async fn the_pin_signs_in(bench: &Bench) -> bool {
    matches!(bench.first_factor("main", &bench.ada).await, Reply::SignedIn { .. })
}

async fn the_pin_has_four_digits(bench: &Bench) -> bool {
    bench.sign_in("main", &bench.ada).await;
    bench.newest_pin().len() == 4
}

async fn the_right_code_opens_a_lock(bench: &Bench) -> bool {
    let pin = bench.lock_ada().await;
    let wrong = bench.code("main", &other_than(&pin)).await;
    wrong == rejected(RejectionClass::Locked) && is_taken(&bench.code("main", &pin).await)
}

/// Five sessions with a wrong code each do not lock, five wrong codes in one do.
async fn sessions_count_alone(bench: &Bench) -> bool {
    for session in ["a", "b", "c", "d", "e"] {
        bench.sign_in(session, &bench.ada).await;
        bench.code(session, "wrong").await;
    }
    is_taken(&bench.code("e", &bench.newest_pin()).await) && locks_in_one_session(bench).await
}

async fn two_messages_come(bench: &Bench) -> bool {
    bench.sign_in("main", &bench.ada).await;
    bench.messages().len() == 2
}

async fn binding_is_silent(bench: &Bench) -> bool {
    bench.enrol(&bench.ada).await;
    bench.messages().iter().all(|message| pin_in(message).is_some())
}

async fn guessing_never_ends(bench: &Bench) -> bool {
    bench.lock_ada().await;
    bench.code("main", "wrong").await == rejected(RejectionClass::CodeInvalid)
}

async fn ok_enrols_nothing(bench: &Bench) -> bool {
    bench.first_factor("main", &bench.ada).await;
    bench.begin("main", TokenKind::Mobile).await;
    bench.confirm("main").await == Reply::Enrolled
}

async fn an_old_pin_works(bench: &Bench) -> bool {
    bench.sign_in("main", &bench.ada).await;
    bench.advance(301);
    is_taken(&bench.code("main", &bench.newest_pin()).await)
}

async fn a_spent_pin_works(bench: &Bench) -> bool {
    bench.first_factor("main", &bench.ada).await;
    let spent = bench.newest_pin();
    bench.sign_in("main", &bench.ada).await;
    is_taken(&bench.code("main", &spent).await)
}

async fn a_pin_is_sent_to_the_enrolled(bench: &Bench) -> bool {
    bench.enrol(&bench.ada).await;
    matches!(bench.sign_in("main", &bench.ada).await, Reply::CodeRequired { .. })
}

async fn a_spent_code_works(bench: &Bench) -> bool {
    let totp = bench.enrol(&bench.ada).await;
    let code = bench.totp_code(&totp);
    for session in ["first", "second"] {
        bench.sign_in(session, &bench.ada).await;
        if !is_taken(&bench.code(session, &code).await) {
            return false;
        }
    }
    true
}

async fn the_pin_before_resending_works(bench: &Bench) -> bool {
    bench.sign_in("main", &bench.ada).await;
    let first = bench.newest_pin();
    bench.ask("main", Operation::ResendCode).await;
    is_taken(&bench.code("main", &first).await)
}

async fn material_repeats(bench: &Bench) -> bool {
    bench.first_factor("main", &bench.ada).await;
    let first = bench.begin("main", TokenKind::Mobile).await;
    bench.begin("main", TokenKind::Mobile).await == first
}

async fn signed_out_is_signed_in(bench: &Bench) -> bool {
    let totp = bench.enrol(&bench.ada).await;
    bench.sign_in("main", &bench.ada).await;
    bench.code("main", &bench.totp_code(&totp)).await;
    bench.ask("main", Operation::SignOut).await;
    let reply = bench.ask("main", Operation::Probe).await;
    reply == Reply::SignedIn { assurance: Assurance::TwoFactor }
}

async fn a_code_five_minutes_old_works(bench: &Bench) -> bool {
    let totp = bench.enrol(&bench.ada).await;
    bench.advance(600);
    let old = totp.code_at(bench.clock.now().skewed_by_ms(-300_000)).to_string();
    bench.sign_in("main", &bench.ada).await;
    is_taken(&bench.code("main", &old).await)
}
