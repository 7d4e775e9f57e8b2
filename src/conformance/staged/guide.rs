//! The guide, sentence by sentence.

use super::Came::{Broken, Kept, Untested};
use super::*;
use crate::domain::TokenKind::{self, Authenticator, Desktop, Mobile};

fn promised(person: &'static str, channel: Channel) -> Staged {
    Staged::new().sign_in("main", person, sent(channel))
}

#[test]
fn the_first_pin_comes_by_sms() {
    let cases = vec![
        ("it comes", Staged::new().sms("main", "ada", 1), Kept),
        ("it goes by mail", promised("ada", Channel::Email), Broken),
        ("nothing comes", promised("ada", Channel::Sms).in_vain("ada", Channel::Sms), Broken),
        ("nobody waited", promised("ada", Channel::Sms), Untested),
        ("no number", promised("cy", Channel::Email), Untested),
    ];
    check("guide.sms-pin", cases);
    let mailed = |staged: Staged| staged.message("ada", Channel::Email, Some(code(2)));
    let cases = vec![
        ("SMS only", Staged::new().sms("main", "ada", 1), Kept),
        ("a mail too", mailed(Staged::new().sms("main", "ada", 1)), Broken),
        ("a mail for her who asked", mailed(chosen(sent(Channel::Email))), Untested),
    ];
    check("guide.sms-first", cases);
}

/// Ada asks for a mail.
fn chosen(answer: Observed) -> Staged {
    let request = Request { channel: Some(Channel::Email), ..Request::bare(Op::ChooseChannel) };
    promised("ada", Channel::Sms).ask("main", request, answer)
}

#[test]
fn the_alternative_is_email() {
    let came = chosen(sent(Channel::Email)).message("ada", Channel::Email, Some(code(2)));
    let cases = vec![
        ("it comes", came, Kept),
        ("it goes by SMS", chosen(sent(Channel::Sms)), Broken),
        ("refused", chosen(no(RejectionClass::Denied)), Untested),
    ];
    check("guide.alternative-authentication", cases);
    let came = promised("cy", Channel::Email).message("cy", Channel::Email, Some(code(1)));
    let cases = vec![
        ("it comes", came, Kept),
        ("it goes by SMS", promised("cy", Channel::Sms), Broken),
        ("with a number", Staged::new().sms("main", "ada", 1), Untested),
    ];
    check("guide.email-without-number", cases);
}

#[test]
fn a_first_sign_in_ends_in_enrolment() {
    let after = |answer| Staged::new().sms("main", "ada", 1).submit("main", code(1), answer);
    let cases = vec![
        ("forced", after(reply(Re::EnrolmentRequired)), Kept),
        ("signed in", after(signed_in(Assurance::SingleFactor)), Broken),
        ("refused", after(no(RejectionClass::CodeInvalid)), Untested),
    ];
    check("guide.enrolment-forced", cases);
}

#[test]
fn a_page_that_asks_for_a_pin_offers_the_mailbox() {
    let asked = |alternatives, unseen: &[&str]| {
        let unseen = unseen.iter().map(|name| (*name).to_owned()).collect();
        let answer = Observed { alternatives, unseen, ..sent(Channel::Sms) };
        Staged::new().sign_in("main", "ada", answer)
    };
    let cases = vec![
        ("offered", asked(vec![Channel::Email], &[]), Kept),
        ("not offered", asked(vec![], &[]), Broken),
        ("nobody looked", asked(vec![], &["alternatives"]), Untested),
    ];
    check("guide.alternative-offered", cases);
}

#[test]
fn phone_and_pc_are_on_offer_unless_any_app_will_do() {
    let offered = |tokens: &[TokenKind]| {
        let answer = Observed { tokens: tokens.to_vec(), ..reply(Re::EnrolmentRequired) };
        Staged::new().sign_in("main", "ada", answer)
    };
    let cases = vec![
        ("both", offered(&[Mobile, Desktop]), Kept),
        ("one of them", offered(&[Mobile]), Broken),
        ("one of them, and any app", offered(&[Mobile, Authenticator]), Broken),
        ("any app, and neither", offered(&[Authenticator]), Untested),
    ];
    check("guide.offers-both", cases);
}

#[test]
fn a_page_shows_its_material() {
    let begun = |token, answer| {
        let request = Request { token: Some(token), ..Request::bare(Op::BeginEnrolment) };
        Staged::new()
            .sign_in("main", "ada", reply(Re::EnrolmentRequired))
            .ask("main", request, answer)
    };
    let bare = || Observed { offered: Some(Offered::default()), ..reply(Re::Activation) };
    let blind = || {
        let unseen = vec!["password".to_owned(), "activation_code".to_owned()];
        Observed { unseen, ..bare() }
    };
    for (id, kind) in [("guide.mobile-material", Mobile), ("guide.desktop-material", Desktop)] {
        let cases = vec![
            ("all of it", begun(kind, page(1)), Kept),
            ("nothing", begun(kind, bare()), Broken),
            ("nothing that the adapter looks for", begun(kind, blind()), Untested),
            ("refused", begun(kind, no(RejectionClass::Denied)), Untested),
        ];
        check(id, cases);
    }
}

#[test]
fn ok_completes_an_activated_token_and_no_other() {
    let begun = || {
        Staged::new()
            .sms("main", "ada", 1)
            .submit("main", code(1), reply(Re::EnrolmentRequired))
            .bare("main", Op::BeginEnrolment, page(1))
    };
    let ok = |staged: Staged, answer| staged.bare("main", Op::ConfirmEnrolment, answer);
    let refused = || no(RejectionClass::EnrolmentConflict);
    let enrolled = || reply(Re::Enrolled);
    let photographed = begun().activate("bobs", 1, OutcomeKind::Activated);
    let foreign = begun().activate("bobs", 2, OutcomeKind::Activated);
    let older = Staged::new().activated().bare("main", Op::BeginEnrolment, page(2));
    let cases = vec![
        ("too early, refused", ok(begun(), refused()), Kept),
        ("too early, taken", ok(begun(), enrolled()), Broken),
        ("in order", ok(Staged::new().activated(), enrolled()), Untested),
        ("after a lost answer", ok(begun().lost("main", Op::Probe), enrolled()), Untested),
        ("another's phone took it up", ok(photographed, enrolled()), Untested),
        ("another's phone took up another page", ok(foreign, enrolled()), Broken),
        ("an older page was taken up", ok(older, enrolled()), Untested),
    ];
    check("guide.confirm-needs-token", cases);
    let cancelled = Staged::new().activated().bare("main", Op::Cancel, reply(Re::Done));
    let cases = vec![
        ("taken", ok(Staged::new().activated(), enrolled()), Kept),
        ("refused", ok(Staged::new().activated(), refused()), Broken),
        ("too early", ok(begun(), refused()), Untested),
        ("after a cancel", ok(cancelled, refused()), Untested),
        ("once more", ok(Staged::new().enrolled(), refused()), Kept),
    ];
    check("guide.enrolment-completes", cases);
}

#[test]
fn only_the_shown_registration_code_completes() {
    let registration = |ordinal| secret(SecretKind::RegistrationCode, ordinal);
    let typed = |ordinal, answer| {
        let request = Request {
            code: Some(registration(ordinal)),
            ..Request::bare(Op::SubmitRegistrationCode)
        };
        let shown = OutcomeKind::RegistrationCode;
        Staged::new()
            .sign_in("main", "ada", reply(Re::EnrolmentRequired))
            .act("pixel", "read_registration_code", None, shown, Some(registration(1)))
            .ask("main", request, answer)
    };
    let refused = || no(RejectionClass::CodeInvalid);
    let cases = vec![
        ("the right one", typed(1, reply(Re::Enrolled)), Kept),
        ("a wrong one, refused", typed(2, refused()), Kept),
        ("a wrong one, taken", typed(2, reply(Re::Enrolled)), Broken),
        ("asked for again", typed(2, reply(Re::RegistrationCodeRequired)), Untested),
        ("the right one, refused", typed(1, refused()), Untested),
        ("the right one, not supported", typed(1, reply(Re::Unsupported)), Untested),
    ];
    check("guide.registration-code-completes", cases);
}

#[test]
fn after_enrolment_the_token_is_asked_for() {
    let next = |answer| Staged::new().enrolled().sign_in("main", "ada", answer);
    let revoked = Staged::new().enrolled().bare("main", Op::RevokeToken, reply(Re::Done)).sign_in(
        "main",
        "ada",
        sent(Channel::Sms),
    );
    let pin = Staged::new().sms("early", "ada", 5).token_asked().submit(
        "main",
        code(5),
        signed_in(Assurance::TwoFactor),
    );
    let two = || signed_in(Assurance::TwoFactor);
    let still = Staged::new().token_asked().read("pixel", 9).submit("main", code(9), two());
    let still = still.sign_in("main", "ada", two());
    let cases = vec![
        ("the token", next(reply(Re::TokenRequired)), Kept),
        ("a PIN again", next(sent(Channel::Sms)), Broken),
        ("a PIN instead", pin, Broken),
        ("refused", next(no(RejectionClass::Denied)), Untested),
        ("after the token was revoked", revoked, Untested),
        ("signed in, from nothing", next(signed_in(Assurance::TwoFactor)), Broken),
        ("still signed in", still, Kept),
    ];
    check("guide.token-after-enrolment", cases);
}

#[test]
fn a_certificate_needs_two_factors() {
    let asked = |assurance, answer| {
        let staged = Staged::new().sign_in("main", "ada", signed_in(assurance));
        staged.bare("main", Op::CreateCertificate, answer)
    };
    let (one, two) = (Assurance::SingleFactor, Assurance::TwoFactor);
    let made = || reply(Re::Certificate);
    let refused = || no(RejectionClass::WrongStep);
    let lost = Staged::new()
        .sign_in("main", "ada", reply(Re::TokenRequired))
        .lost("main", Op::SubmitCode)
        .bare("main", Op::CreateCertificate, made());
    let cases = vec![
        ("refused", asked(one, refused()), Kept),
        ("made", asked(one, made()), Broken),
        ("with two factors", asked(two, made()), Untested),
        ("after a lost answer", lost, Untested),
    ];
    check("guide.certificate-after-second-factor", cases);
    let signed = || Staged::new().sign_in("main", "ada", signed_in(two));
    let late = |staged: Staged| staged.bare("main", Op::CreateCertificate, refused());
    let elsewhere = signed().sign_in("spare", "ada", signed_in(two));
    let removed = Staged::new().sign_in("spare", "ada", signed_in(two));
    let removed = removed.sign_in("main", "ada", signed_in(two));
    let removed = removed.bare("spare", Op::RevokeToken, reply(Re::Done));
    let other = signed().sign_in("bobs", "bob", signed_in(two));
    let again = asked(two, made()).bare("main", Op::CreateCertificate, refused());
    let cases = vec![
        ("made", asked(two, made()), Kept),
        ("refused", asked(two, refused()), Broken),
        ("a second one, refused", again, Kept),
        ("after a reset", late(signed().reset()), Untested),
        ("after a removal elsewhere", late(removed), Untested),
        ("after a sign-in elsewhere", late(elsewhere), Untested),
        ("after another's sign-in", late(other), Broken),
        ("with one factor", asked(one, refused()), Untested),
    ];
    check("guide.certificate-created", cases);
}
