//! The wording of messages: the code once and near the start, the service's name, the lifetime.

use super::pages;
use super::parameters::PinAlphabet;
use super::{Parameters, Reference, defects};
use crate::domain::{Chance, Message, Moment, Recipient, Secret};
use std::time::Duration;

/// Letters and digits that are not mistaken for one another.
const UNMISTAKABLE: &[u8] = b"ACDEFGHJKLMNPQRTUVWXY3479";

/// A new PIN.
pub(super) fn new_code(reference: &Reference, chance: &mut Chance) -> Secret {
    let count = reference.pin_digits();
    match reference.parameters().pin_alphabet {
        PinAlphabet::Digits => Secret::new(chance.digits(count)),
        PinAlphabet::Letters => {
            let letter = |_| chance.pick(UNMISTAKABLE).copied().map_or('A', char::from);
            Secret::new((0..count).map(letter).collect::<String>())
        }
    }
}

/// The PIN as a message prints it: letters in two groups.
pub(super) fn printed(code: &Secret, reference: &Reference) -> Secret {
    if reference.has(&defects::CODE_LEFT_OUT) {
        return Secret::new("");
    }
    if reference.has(&defects::LEADING_ZERO_DROPPED) {
        return Secret::new(code.reveal().trim_start_matches('0'));
    }
    match reference.parameters().pin_alphabet {
        PinAlphabet::Digits => code.clone(),
        PinAlphabet::Letters => {
            let (head, tail) = code.reveal().split_at(code.reveal().len() / 2);
            Secret::new(format!("{head}-{tail}"))
        }
    }
}

/// A message with a PIN for `user`.
pub(super) fn pin(
    to: Recipient,
    code: &Secret,
    user: &str,
    reference: &Reference,
    post: &Postmark,
) -> Message {
    match to {
        Recipient::Phone(_) => {
            let from = reference.parameters().public_name.clone();
            let text = pin_text(code.reveal(), user, reference);
            Message { to, from, subject: None, text, html: None, headers: Vec::new() }
        }
        Recipient::Mailbox(_) => pin_mail(to, code.reveal(), reference, post),
    }
}

/// The SMS: short enough for one message on the air, with the line that browsers read at its end.
fn pin_text(code: &str, user: &str, reference: &Reference) -> String {
    let has = |defect| reference.has(defect);
    let service = &reference.parameters().public_name;
    let lifetime = in_words(reference.parameters().pin_lifetime);
    if has(&defects::NAMELESS_SMS) {
        return format!("{code} is your PIN. Valid for {lifetime}.");
    }
    let mut text = format!("{code} is your sign-in PIN for {service}. ");
    text += "It can be used once";
    if !has(&defects::LIFETIME_UNTOLD) {
        text.extend([", for ", lifetime.as_str()]);
    }
    text += ".";
    if has(&defects::LINK_IN_SMS) {
        text += " Type it at https://reference.test/pin";
    }
    if has(&defects::USER_NAME_IN_SMS) {
        text.extend([" Your user name: ", user]);
    }
    if has(&defects::CODE_TWICE_IN_SMS) {
        text.extend([" PIN: ", code]);
    }
    if has(&defects::LONG_SMS) {
        text += &" Keep it to yourself, whoever asks for it.".repeat(3);
    }
    let space = if has(&defects::ORIGIN_BOUND_MALFORMED) { "  " } else { " " };
    format!("{text}\n@{}{space}#{code}", host(reference.parameters()))
}

fn pin_mail(to: Recipient, code: &str, reference: &Reference, post: &Postmark) -> Message {
    let service = &reference.parameters().public_name;
    let first = format!("{code} is your sign-in PIN for {service}.");
    let rest = format!(
        "It can be used once, for {}. Nobody from {service} will ever ask you for it.",
        in_words(reference.parameters().pin_lifetime)
    );
    let in_subject = reference.has(&defects::CODE_IN_SUBJECT);
    let what = if in_subject { format!("{code} is your") } else { "Your".to_owned() };
    let subject = format!("{what} sign-in PIN for {service}");
    let mut mail = mail(to, subject, &[&first, &rest], reference, post);
    if reference.has(&defects::HTML_CODE_DIFFERS) {
        let other: String = code.chars().rev().collect();
        mail.html = mail.html.map(|html| html.replace(code, &format!("1{other}")));
    }
    mail
}

/// A mail with the password that belongs on the enrolment page.
pub(super) fn activation(
    to: Recipient,
    password: &Secret,
    reference: &Reference,
    post: &Postmark,
) -> Message {
    let subject = "Your activation".to_owned();
    let first = format!("The password for your QR code is {}.", password.reveal());
    mail(to, subject, &[&first], reference, post)
}

/// What a person is told about, without any digits that could be taken for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    Bound,
    Revoked,
    Reset,
    Locked,
    HalfSignedIn,
    Concern,
}

/// A mail that tells what happened to the account of `user`, and names it: who has several must
/// know which one is meant (NIST SP 800-63B §4.6, RFC 4226 §7.2).
pub(super) fn notice(
    to: Recipient,
    (notice, user): (Notice, &str),
    reference: &Reference,
    post: &Postmark,
) -> Message {
    let service = &reference.parameters().public_name;
    let (subject, first) = match notice {
        Notice::Bound => ("A second factor was added", "A second factor was added to"),
        Notice::Revoked => ("A second factor was removed", "A second factor was removed from"),
        Notice::Reset => ("Your second factor was reset", "All second factors were removed from"),
        Notice::Locked => {
            ("Your account was locked", "After too many wrong attempts a lock was put on")
        }
        Notice::Concern => ("A sign-in was reported", "At your app somebody reported a sign-in to"),
        Notice::HalfSignedIn => {
            ("A sign-in was not finished", "Somebody knew the password and not the token of")
        }
    };
    let first = format!("{first} your account {user} at {service}.");
    let rest = if reference.has(&defects::NOTICE_WITH_CODE) {
        "If this was not you, sign in with the code 80417236 at once."
    } else {
        "If this was not you, tell the people who run the service at once."
    };
    mail(to, format!("{service}: {subject}"), &[&first, rest], reference, post)
}

/// What makes one mail different from every other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Postmark {
    written: Moment,
    id: String,
}

impl Postmark {
    pub(super) fn new(now: Moment, chance: &mut Chance) -> Self {
        Self { written: now, id: data_encoding::HEXLOWER.encode(&chance.bytes::<12>()) }
    }
}

fn mail(
    to: Recipient,
    subject: String,
    paragraphs: &[&str],
    reference: &Reference,
    post: &Postmark,
) -> Message {
    let html = pages::mail(&subject, paragraphs);
    let is_html_only = reference.has(&defects::HTML_ONLY_MAIL);
    let text = if is_html_only { String::new() } else { paragraphs.join("\r\n\r\n") + "\r\n" };
    Message {
        to,
        from: reference.parameters().public_name.clone(),
        subject: Some(subject),
        text,
        html: Some(html),
        headers: header(reference, post),
    }
}

fn header(reference: &Reference, post: &Postmark) -> Vec<(String, String)> {
    let has = |defect| reference.has(defect);
    let mut header = vec![("Date", rfc_5322(post.written))];
    if !has(&defects::NO_MESSAGE_ID) {
        header.push(("Message-ID", format!("<{}@{}>", post.id, host(reference.parameters()))));
    }
    if !has(&defects::NO_AUTO_SUBMITTED) {
        header.push(("Auto-Submitted", "auto-generated".to_owned()));
    }
    if has(&defects::TWO_DATES) {
        header.push(("Date", rfc_5322(post.written)));
    }
    if has(&defects::TWO_SENDERS) {
        header.push(("From", "no-reply@reference.test".to_owned()));
    }
    if has(&defects::LONG_LINE_MAIL) {
        header.push(("X-Trace", "0123456789".repeat(100)));
    }
    header.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The host of the service, as its devices and browsers know it.
fn host(parameters: &Parameters) -> &str {
    parameters.public_address.split(['/', ':']).next().unwrap_or("reference.test")
}

/// The date as RFC 5322 §3.3 writes it, in universal time.
fn rfc_5322(moment: Moment) -> String {
    let utc = |at: jiff::Timestamp| at.to_zoned_datetime(jiff::tz::TimeZone::UTC);
    jiff::Timestamp::from_millisecond(moment.unix_ms())
        .and_then(|at| jiff::fmt::rfc2822::to_string(&utc(at)))
        .unwrap_or_else(|_| "Thu, 01 Jan 1970 00:00:00 +0000".to_owned())
}

fn in_words(time: Duration) -> String {
    match time.as_secs() {
        60 => "1 minute".to_owned(),
        seconds if seconds > 0 && seconds.is_multiple_of(60) => format!("{} minutes", seconds / 60),
        seconds => format!("{seconds} seconds"),
    }
}
