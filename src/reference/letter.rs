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

/// A message with a PIN.
pub(super) fn pin(
    to: Recipient,
    code: &Secret,
    parameters: &Parameters,
    post: &Postmark,
) -> Message {
    let service = &parameters.public_name;
    let first = format!("{} is your sign-in PIN for {service}.", code.reveal());
    let rest = format!(
        "It can be used once, for {}. Nobody from {service} will ever ask you for it.",
        in_words(parameters.pin_lifetime)
    );
    match to {
        Recipient::Phone(_) => sms(to, format!("{first} {rest}"), service),
        Recipient::Mailbox(_) => {
            let subject = format!("Your sign-in PIN for {service}");
            mail(to, subject, &[&first, &rest], parameters, post)
        }
    }
}

/// What a person is told about, without any digits that could be taken for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    Bound,
    Revoked,
    Reset,
    Locked,
}

/// A mail that tells what happened to the account (NIST SP 800-63B §4.6, RFC 4226 §7.2).
pub(super) fn notice(
    to: Recipient,
    notice: Notice,
    parameters: &Parameters,
    post: &Postmark,
) -> Message {
    let service = &parameters.public_name;
    let (subject, first) = match notice {
        Notice::Bound => ("A second factor was added", "A second factor was added to"),
        Notice::Revoked => ("A second factor was removed", "A second factor was removed from"),
        Notice::Reset => ("Your second factor was reset", "All second factors were removed from"),
        Notice::Locked => {
            ("Your account was locked", "After too many wrong attempts a lock was put on")
        }
    };
    let first = format!("{first} your account at {service}.");
    let rest = "If this was not you, tell the people who run the service at once.";
    mail(to, format!("{service}: {subject}"), &[&first, rest], parameters, post)
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

fn sms(to: Recipient, text: String, service: &str) -> Message {
    let from = service.to_owned();
    Message { to, from, subject: None, text, html: None, headers: Vec::new() }
}

fn mail(
    to: Recipient,
    subject: String,
    paragraphs: &[&str],
    parameters: &Parameters,
    post: &Postmark,
) -> Message {
    let host = parameters.public_address.split(['/', ':']).next().unwrap_or("reference.test");
    let headers = vec![
        ("Date".to_owned(), rfc_5322(post.written)),
        ("Message-ID".to_owned(), format!("<{}@{host}>", post.id)),
        ("Auto-Submitted".to_owned(), "auto-generated".to_owned()),
    ];
    let html = pages::mail(&subject, paragraphs);
    Message {
        to,
        from: parameters.public_name.clone(),
        subject: Some(subject),
        text: paragraphs.join("\r\n\r\n") + "\r\n",
        html: Some(html),
        headers,
    }
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
