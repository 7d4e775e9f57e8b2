//! How SMS and mails are written.

use super::Came::{Broken, Kept, Untested};
use super::*;
use crate::domain::Unfit;
use crate::journal::{Coding, MailForm, OriginLine, SmsForm};

fn by_sms(form: MessageForm) -> Staged {
    let asked = Staged::new().sign_in("main", "ada", sent(Channel::Sms));
    asked.arrived("ada", Channel::Sms, Some(code(1)), form, None)
}

fn sms(change: fn(&mut SmsForm)) -> Staged {
    let mut sms = SmsForm {
        segments: 1,
        coding: Coding::Gsm7,
        units: 80,
        code_count: 1,
        names_sender: true,
        tells_lifetime: Some(true),
        origin_line: Some(OriginLine::WellFormed),
    };
    change(&mut sms);
    by_sms(MessageForm { sms: Some(sms), ..MessageForm::default() })
}

fn by_mail(form: MessageForm) -> Staged {
    let asked = Staged::new().sign_in("main", "ada", sent(Channel::Email));
    asked.arrived("ada", Channel::Email, Some(code(1)), form, None)
}

fn sound() -> MailForm {
    let header = [("date", "d"), ("from", "f"), ("message-id", "<1@a>")];
    let mut headers: Vec<(String, String)> =
        header.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    headers.push(("auto-submitted".into(), "auto-generated".into()));
    MailForm {
        headers,
        plain_part: true,
        html_part: true,
        text_code: Some(code(1)),
        html_code: Some(code(1)),
        code_in_subject: false,
    }
}

fn mail(change: fn(&mut MailForm)) -> Staged {
    let mut mail = sound();
    change(&mut mail);
    by_mail(MessageForm { mail: Some(mail), ..MessageForm::default() })
}

fn without(mail: &mut MailForm, name: &str) {
    mail.headers.retain(|(known, _)| known != name);
}

fn twice(mail: &mut MailForm, name: &str) {
    mail.headers.push((name.into(), "again".into()));
}

/// What is different in an SMS.
type Change = fn(&mut SmsForm);

#[test]
fn an_sms_is_short_and_says_what_it_is() {
    let whole = || sms(|_| {});
    let cases: [(&str, Change); 5] = [
        ("sms.names-service", |sms| sms.names_sender = false),
        ("sms.code-once", |sms| sms.code_count = 2),
        ("sms.single-segment", |sms| sms.segments = 2),
        ("sms.lifetime-told", |sms| sms.tells_lifetime = Some(false)),
        ("sms.origin-bound-well-formed", |sms| sms.origin_line = Some(OriginLine::Malformed)),
    ];
    for (id, breaks) in cases {
        let cases = vec![
            ("sound", whole(), Kept),
            ("not", sms(breaks), Broken),
            ("no message", Staged::new(), Untested),
        ];
        check(id, cases);
    }
    let unread = sms(|sms| sms.tells_lifetime = None);
    check("sms.lifetime-told", vec![("a language that is not read", unread, Untested)]);
    let other = sms(|sms| sms.origin_line = Some(OriginLine::OtherCode));
    let none = sms(|sms| sms.origin_line = None);
    let cases = vec![("another code", other, Broken), ("no such line", none, Untested)];
    check("sms.origin-bound-well-formed", cases);
}

#[test]
fn an_sms_gives_nothing_else_away() {
    let with = |change: fn(&mut MessageForm)| {
        let staged = sms(|_| {});
        let Some(Event::MessageArrived { form, .. }) =
            staged.entries.last().map(|entry| entry.event.clone())
        else {
            panic!("a message");
        };
        let mut form = *form;
        change(&mut form);
        by_sms(form)
    };
    check(
        "sms.no-link",
        vec![
            ("none", with(|_| {}), Kept),
            ("one", with(|form| form.link = true), Broken),
            ("a mail", by_mail(MessageForm { link: true, ..MessageForm::default() }), Untested),
        ],
    );
    check(
        "sms.no-user-name",
        vec![
            ("neither", with(|_| {}), Kept),
            ("the name", with(|form| form.user_named = true), Broken),
            ("the number", with(|form| form.number_shown = true), Broken),
            ("no message", Staged::new(), Untested),
        ],
    );
}

#[test]
fn a_mail_has_the_header_that_it_must_have() {
    type Change = fn(&mut MailForm);
    let cases: [(&str, Change, Change); 3] = [
        ("mail.one-date", |mail| without(mail, "date"), |mail| twice(mail, "date")),
        ("mail.one-from", |mail| without(mail, "from"), |mail| twice(mail, "from")),
        ("mail.message-id", |mail| without(mail, "message-id"), |mail| twice(mail, "message-id")),
    ];
    for (id, none, two) in cases {
        let cases = vec![
            ("once", mail(|_| {}), Kept),
            ("never", mail(none), Broken),
            ("twice", mail(two), Broken),
            ("a mail without header", mail(|mail| mail.headers.clear()), Untested),
            ("no mail", sms(|_| {}), Untested),
        ];
        check(id, cases);
    }
    let form = || MessageForm { mail: Some(sound()), ..MessageForm::default() };
    let same = by_mail(form()).arrived("ada", Channel::Email, None, form(), None);
    check("mail.message-id", vec![("two mails with one id", same, Broken)]);
    let cases = vec![
        ("said", mail(|_| {}), Kept),
        ("not said", mail(|mail| without(mail, "auto-submitted")), Broken),
        ("denied", mail(|mail| mail.headers[3].1 = "no".into()), Broken),
        ("a mail without header", mail(|mail| mail.headers.clear()), Untested),
    ];
    check("mail.auto-submitted", cases);
}

#[test]
fn a_mail_that_was_refused_for_a_long_line_breaks_the_rule() {
    let unfit = |rule| mail(|_| {}).befell("ada", Channel::Email, Disturbance::Unfit { rule });
    let cases = vec![
        ("it arrived", mail(|_| {}), Kept),
        ("a long line", unfit(Unfit::LongLine), Broken),
        ("unfit in another way", unfit(Unfit::Otherwise), Kept),
        ("no mail", sms(|_| {}), Untested),
    ];
    check("mail.line-length", cases);
}

#[test]
fn the_parts_of_a_mail_agree_and_its_subject_is_silent() {
    let cases = vec![
        ("both", mail(|_| {}), Kept),
        ("only HTML", mail(|mail| mail.plain_part = false), Broken),
        ("no mail", sms(|_| {}), Untested),
    ];
    check("mail.plain-part", cases);
    let cases = vec![
        ("the same", mail(|_| {}), Kept),
        ("another", mail(|mail| mail.html_code = Some(code(2))), Broken),
        ("only one part", mail(|mail| mail.html_code = None), Untested),
    ];
    check("mail.parts-agree", cases);
    let cases = vec![
        ("no", mail(|_| {}), Kept),
        ("yes", mail(|mail| mail.code_in_subject = true), Broken),
        ("no mail", sms(|_| {}), Untested),
    ];
    check("mail.code-not-in-subject", cases);
}

#[test]
fn a_mail_activates_nothing() {
    let told = |text: &str| {
        let mut staged = Staged::new().enrolled().message("ada", Channel::Email, None);
        for entry in &mut staged.entries {
            if let Event::MessageArrived { text: said, .. } = &mut entry.event {
                said.clone_from(&text.to_owned());
            }
        }
        staged
    };
    let seed = MessageForm { key_uri: true, ..MessageForm::default() };
    let cases = vec![
        ("a notice", told("a token was bound"), Kept),
        ("the password", told("use ‹activation_password#1›"), Broken),
        ("a seed", by_mail(seed), Broken),
        ("nothing to give away yet", mail(|_| {}), Untested),
    ];
    check("mail.no-binding-secrets", cases);
}
