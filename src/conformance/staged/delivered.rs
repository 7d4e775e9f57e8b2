//! Delivered codes, their messages and the pages about them.

use super::Came::{Broken, Kept, Untested};
use super::*;
use crate::domain::Declared;
use crate::domain::declared::{EmailPin, Resend};
use crate::journal::MailForm;

fn asked_for(session: &'static str) -> Staged {
    Staged::new().sms(session, "ada", 1)
}

fn forced() -> Observed {
    reply(Re::EnrolmentRequired)
}

fn wrong() -> Observed {
    no(RejectionClass::CodeInvalid)
}

/// Used once, then typed again in a later sign-in.
fn again(answer: Observed) -> Staged {
    asked_for("main").submit("main", code(1), forced()).sms("other", "ada", 2).submit(
        "other",
        code(1),
        answer,
    )
}

#[test]
fn a_delivered_code_is_good_once() {
    let idle =
        asked_for("main").submit("main", code(1), forced()).submit("main", code(1), forced());
    let twice_at_once = |session: &'static str| {
        let typed = || Request { code: Some(code(1)), ..Request::bare(Op::SubmitCode) };
        let mut staged = asked_for("main").sms("other", "ada", 2);
        let asked = [("main", typed()), (session, typed())];
        let asked = asked.map(|(session, typed)| staged.question(session, typed));
        staged.answered(asked[0], "main", forced()).answered(asked[1], session, forced())
    };
    let cases = vec![
        ("refused", again(wrong()), Kept),
        ("accepted", again(forced()), Broken),
        ("from two browsers at once", twice_at_once("other"), Broken),
        ("the button was pressed twice", twice_at_once("main"), Untested),
        ("refused because of a lock", again(no(RejectionClass::Locked)), Untested),
        ("typed where nothing waits for a code", idle, Untested),
    ];
    check("nist.oob-single-use", cases);
}

#[test]
fn a_delivered_code_dies_with_age() {
    let aged = |seconds, answer| asked_for("main").later(seconds).submit("main", code(1), answer);
    let after = |seconds| {
        vec![
            ("refused", aged(seconds + 1, wrong()), Kept),
            ("accepted", aged(seconds + 1, forced()), Broken),
            ("in time", aged(seconds, forced()), Untested),
        ]
    };
    check("nist.oob-ten-minutes", after(600));
    check("code.expires", after(600));
    let declared = |answer| {
        let mut staged = asked_for("main");
        let declared = Declared { code_lifetime: Some(120), ..Declared::default() };
        staged.event(Event::Declared { declared: Box::new(declared), wanted: Box::default() });
        staged.later(121).submit("main", code(1), answer)
    };
    let cases = vec![
        ("refused as declared", declared(wrong()), Kept),
        ("accepted although declared dead", declared(forced()), Broken),
    ];
    check("code.expires", cases);
}

/// Cy's code came by mail, which is declared to confirm the address only.
fn confirming(seconds: u64) -> Staged {
    let mut staged = Staged::new();
    let email_pin = Some(EmailPin::AddressConfirmation);
    let declared = Declared { email_pin, ..Declared::default() };
    staged.event(Event::Declared { declared: Box::new(declared), wanted: Box::default() });
    let staged = staged.sign_in("main", "cy", sent(Channel::Email));
    let staged = staged.message("cy", Channel::Email, Some(code(1)));
    staged.later(seconds).submit("main", code(1), forced())
}

#[test]
fn a_code_that_confirms_an_address_lives_for_a_day() {
    let cases = vec![("after twenty minutes", confirming(1200), Untested)];
    check("nist.oob-ten-minutes", cases);
    let cases = vec![
        ("after twenty minutes", confirming(1200), Untested),
        ("after more than a day", confirming(86_401), Broken),
    ];
    check("code.expires", cases);
}

/// What the subject declares of resends, and Ada's two codes: by SMS, then by mail.
fn by_both(resend: Option<Resend>, second: u32) -> Staged {
    let mut staged = Staged::new();
    let declared = Declared { resend, ..Declared::default() };
    staged.event(Event::Declared { declared: Box::new(declared), wanted: Box::default() });
    let request = Request { channel: Some(Channel::Email), ..Request::bare(Op::ChooseChannel) };
    let staged = staged.sms("main", "ada", 1).ask("main", request, sent(Channel::Email));
    staged.message("ada", Channel::Email, Some(code(second)))
}

#[test]
fn another_channel_brings_another_code() {
    let cases = vec![
        ("another", by_both(None, 2), Kept),
        ("the same", by_both(None, 1), Broken),
        ("the same, as declared", by_both(Some(Resend::Reuse), 1), Untested),
    ];
    check("code.one-secret-per-channel", cases);
    let old = |resend, answer| by_both(resend, 2).submit("main", code(1), answer);
    let cases = vec![
        ("the old one is refused", old(None, wrong()), Kept),
        ("the old one is accepted", old(None, forced()), Broken),
        ("both live, as declared", old(Some(Resend::Both), forced()), Untested),
    ];
    check("code.dead-after-channel-change", cases);
}

#[test]
fn a_delivered_code_has_six_digits() {
    let short = Shape { length: 4, ..code(9).shape.expect("a code") };
    let short = Mark { shape: Some(short), ..code(1) };
    let brought = |mark| {
        let asked = Staged::new().sign_in("main", "ada", sent(Channel::Sms));
        asked.message("ada", Channel::Sms, Some(mark))
    };
    let cases = vec![
        ("six digits", brought(code(1)), Kept),
        ("four digits", brought(short), Broken),
        ("no message", Staged::new(), Untested),
    ];
    check("nist.oob-six-digits", cases);
}

#[test]
fn a_delivered_code_belongs_to_its_sign_in() {
    let elsewhere =
        |answer| asked_for("main").sms("other", "ada", 2).submit("other", code(1), answer);
    let same = asked_for("main").sms("other", "ada", 1).submit("other", code(1), forced());
    let cases = vec![
        ("refused elsewhere", elsewhere(wrong()), Kept),
        ("accepted elsewhere", elsewhere(forced()), Broken),
        ("at home", asked_for("main").submit("main", code(1), forced()), Untested),
        ("both sign-ins got the same code", same, Untested),
    ];
    check("asvs.code-bound-to-request", cases);
}

#[test]
fn a_code_belongs_to_its_person() {
    let stolen = |answer| asked_for("main").sms("bobs", "bob", 2).submit("bobs", code(1), answer);
    let token = |answer| {
        let asked = Staged::new().token_asked().read("bobs", 9);
        asked.submit("main", code(9), answer)
    };
    let misdelivered = Staged::new()
        .sign_in("main", "ada", sent(Channel::Sms))
        .message("bob", Channel::Sms, Some(code(1)))
        .submit("main", code(1), forced());
    let cases = vec![
        ("a PIN of another, refused", stolen(wrong()), Kept),
        ("a PIN of another, accepted", stolen(forced()), Broken),
        ("another's token, accepted", token(signed_in(Assurance::TwoFactor)), Broken),
        ("one's own that went astray", misdelivered, Untested),
    ];
    check("code.bound-to-person", cases);
}

fn resent(second: u32) -> Staged {
    asked_for("main").bare("main", Op::ResendCode, sent(Channel::Sms)).message(
        "ada",
        Channel::Sms,
        Some(code(second)),
    )
}

#[test]
fn a_newer_code_ends_the_older() {
    let cases = vec![
        ("older refused", resent(2).submit("main", code(1), wrong()), Kept),
        ("older accepted", resent(2).submit("main", code(1), forced()), Broken),
        ("newer accepted", resent(2).submit("main", code(2), forced()), Untested),
    ];
    check("code.superseded-by-resend", cases);
}

#[test]
fn a_new_request_brings_a_new_code() {
    let cases = vec![
        ("new", resent(2), Kept),
        ("the same", resent(1), Broken),
        ("one request", asked_for("main"), Untested),
    ];
    check("code.fresh", cases);
}

#[test]
fn a_code_reaches_its_person_on_the_named_channel_once() {
    let promised = || Staged::new().sign_in("main", "ada", sent(Channel::Sms));
    let astray = || promised().message("bob", Channel::Sms, Some(code(1)));
    let mailed = promised().message("ada", Channel::Email, Some(code(1)));
    let twice = asked_for("main").message("ada", Channel::Sms, Some(code(1)));
    let late = Staged::new().sign_in("bobs", "bob", sent(Channel::Sms));
    let late = late.sign_in("main", "ada", sent(Channel::Sms));
    let late = late.message("bob", Channel::Sms, Some(code(1)));
    check(
        "delivery.right-recipient",
        vec![
            ("ada's", asked_for("main"), Kept),
            ("bob's, who asked for none", astray(), Broken),
            ("bob's own, late", late, Untested),
        ],
    );
    check(
        "delivery.right-channel",
        vec![
            ("by SMS", asked_for("main"), Kept),
            ("by mail", mailed, Broken),
            ("to another person", astray(), Untested),
        ],
    );
    let at_once = |messages: usize| {
        let mut staged = asked_for("main");
        let resend = || Request::bare(Op::ResendCode);
        let asked = [(); 2].map(|()| staged.question("main", resend()));
        let mut staged = staged.answered(asked[0], "main", sent(Channel::Sms));
        for _ in 0..messages {
            staged = staged.message("ada", Channel::Sms, Some(code(1)));
        }
        staged.answered(asked[1], "main", sent(Channel::Sms))
    };
    check(
        "delivery.once",
        vec![
            ("two at once, with a code of the time", at_once(2), Untested),
            ("three for two", at_once(3), Broken),
            ("once", asked_for("main").in_vain("ada", Channel::Sms), Kept),
            ("once, and nobody waited for more", asked_for("main"), Untested),
            ("twice", twice, Broken),
            ("no", promised(), Untested),
        ],
    );
    let empty = || promised().message("ada", Channel::Sms, None);
    check(
        "delivery.code-in-message",
        vec![
            ("a code", asked_for("main"), Kept),
            ("a notice before it", empty().message("ada", Channel::Sms, Some(code(1))), Kept),
            ("none", empty().in_vain("ada", Channel::Sms), Broken),
            ("none, but nobody waited", empty(), Untested),
            ("no", promised(), Untested),
        ],
    );
}

#[test]
fn a_page_gives_nothing_away() {
    let showing = |text: String| {
        let mut staged = asked_for("main").bare("main", Op::Probe, sent(Channel::Sms));
        for entry in &mut staged.entries {
            if let Event::Answered { shown, .. } = &mut entry.event {
                shown.clone_from(&text);
            }
        }
        staged
    };
    let cases = vec![
        ("a page", showing("enter the PIN".into()), Kept),
        ("a page with the PIN", showing(format!("it is {}", code(1).in_text())), Broken),
        ("a long id", showing(format!("id 13{}7152320", code(1).in_text())), Kept),
        ("a time", showing(format!("at 1893456000.{}", code(1).in_text())), Kept),
        ("a signature", showing(format!("sig 9fe{}a8c0ffee00deadbeef", code(1).in_text())), Kept),
        ("a word before it", showing(format!("code{}", code(1).in_text())), Broken),
        ("both", showing(format!("1{0}: {0}", code(1).in_text())), Broken),
        ("no PIN at all", Staged::new(), Untested),
    ];
    check("privacy.code-not-shown", cases);
    let to = |shown: &str| {
        let answer = Observed { destination: Some(shown.into()), ..sent(Channel::Sms) };
        Staged::new().sign_in("main", "ada", answer)
    };
    let whole = PhoneNumber::fictional(1);
    let cases = vec![
        ("masked", to("•••01"), Kept),
        ("whole", to(whole.as_str()), Broken),
        ("not shown", asked_for("main"), Untested),
    ];
    check("privacy.destination-masked", cases);
    let refused = |class| Staged::new().sign_in("main", "ada", no(class));
    let cases = vec![
        ("no reason", refused(RejectionClass::Denied), Kept),
        ("a reason", refused(RejectionClass::CodeInvalid), Broken),
        ("locked", refused(RejectionClass::Locked), Untested),
        ("somebody is signed in already", refused(RejectionClass::WrongStep), Untested),
    ];
    check("privacy.factor-not-named", cases);
}

#[test]
fn a_mail_sent_again_for_want_of_an_answer_keeps_its_id() {
    let header = [("date", "d"), ("from", "f"), ("message-id", "<1@a>")];
    let form = || {
        let headers = header.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let mail = MailForm {
            headers,
            plain_part: true,
            html_part: false,
            text_code: Some(code(1)),
            html_code: None,
            code_in_subject: false,
        };
        MessageForm { mail: Some(mail), ..MessageForm::default() }
    };
    let twice = |what: Option<Disturbance>| {
        let mut staged = Staged::new().sign_in("main", "cy", sent(Channel::Email));
        let mishap = what.map(|what| staged.mishap("cy", Channel::Email, what));
        let staged = staged.arrived("cy", Channel::Email, Some(code(1)), form(), mishap);
        staged.arrived("cy", Channel::Email, Some(code(1)), form(), None)
    };
    let cases = vec![
        ("nothing befell the first", twice(None), Broken),
        ("the first was not answered", twice(Some(Disturbance::Unanswered)), Kept),
    ];
    check("mail.message-id", cases);
}
