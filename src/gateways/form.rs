//! The form of a message: its size on the air, its header fields, its parts, and what a careful
//! sender keeps out of it.

use super::extract::{self, Candidate, otc};
use super::sms::segment::{Alphabet, Segmentation};
use crate::domain::{Channel, Message, PhoneNumber};
use crate::journal::{Coding, MailForm, MessageForm, OriginLine, SmsForm};
use mail_parser::decoders::html::html_to_text;

/// The header fields that judges ask for.
const HEADERS: [&str; 6] = ["date", "from", "sender", "to", "message-id", "auto-submitted"];

/// Words that say nothing about who sends a code: without any other word a message names nobody.
const GENERIC: &[&str] = &[
    "a",
    "access",
    "again",
    "and",
    "anyone",
    "ask",
    "authentication",
    "be",
    "can",
    "code",
    "codes",
    "confirmation",
    "do",
    "don",
    "enter",
    "expires",
    "for",
    "hour",
    "hours",
    "in",
    "is",
    "it",
    "log",
    "login",
    "min",
    "mins",
    "minute",
    "minutes",
    "never",
    "new",
    "not",
    "once",
    "one",
    "only",
    "otp",
    "passcode",
    "password",
    "pin",
    "please",
    "requested",
    "sec",
    "second",
    "seconds",
    "secret",
    "security",
    "share",
    "sign",
    "signin",
    "temporary",
    "the",
    "this",
    "time",
    "to",
    "use",
    "used",
    "valid",
    "verification",
    "verify",
    "with",
    "within",
    "you",
    "your",
];

/// How units of time begin in the languages that are read here.
const UNITS: &[&str] = &[
    "min", "sec", "sek", "seg", "std", "stund", "hour", "heure", "hora", "ora", "ore", "uur",
    "godz", "dakika", "saniye",
];

/// What is known of `message` without knowing any secret but its code. The marks of a mail's codes
/// are left to whoever makes marks.
#[must_use]
pub fn of(message: &Message, code: Option<&Candidate>) -> MessageForm {
    let is_mail = message.channel() == Channel::Email;
    let text = without_origin_line(&message.text);
    let markup = message.html.as_deref().unwrap_or_default();
    MessageForm {
        sms: (!is_mail).then(|| sms(message, code)),
        mail: is_mail.then(|| mail(message, code)),
        link: has_link(text),
        key_uri: [text, markup].iter().any(|part| part.contains("otpauth://")),
        user_named: false,
        number_shown: false,
    }
}

/// The codes that the plain text and the HTML of a mail show, each read by itself.
#[must_use]
pub fn codes_of_parts(message: &Message) -> (Option<Candidate>, Option<Candidate>) {
    let text = code_of(message, &message.text, None);
    let html = message.html.clone().and_then(|html| code_of(message, "", Some(html)));
    // What stands in both is the same, whatever else the HTML shows.
    let markup = message.html.as_deref().unwrap_or_default();
    let shared = text.clone().filter(|text| html.is_some() && markup.contains(&text.raw));
    (text.filter(|_| has_plain_part(message)), shared.or(html))
}

/// The code of a message like `message` with nothing but this text or HTML.
fn code_of(message: &Message, text: &str, html: Option<String>) -> Option<Candidate> {
    let text = text.to_owned();
    extract::find_code(&Message { text, html, subject: None, ..message.clone() }).chosen
}

/// Whether `text` shows `number` whole, however it is grouped: with or without country code.
#[must_use]
pub fn shows_number(text: &str, number: &PhoneNumber) -> bool {
    let digits: String =
        text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '/')).collect();
    let national = number.as_str().len().saturating_sub(9);
    digits.contains(&number.as_str()[national..])
}

fn sms(message: &Message, code: Option<&Candidate>) -> SmsForm {
    let air = Segmentation::of(&message.text);
    let text = without_origin_line(&message.text);
    let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    SmsForm {
        segments: narrow(air.segments),
        coding: match air.alphabet {
            Alphabet::Gsm7 => Coding::Gsm7,
            Alphabet::Ucs2 => Coding::Ucs2,
        },
        units: narrow(air.units),
        code_count: code.map_or(0, |code| narrow(text.matches(&code.raw).count())),
        names_sender: names_sender(message, text),
        tells_lifetime: tells_lifetime(text),
        origin_line: origin_line(message),
    }
}

fn mail(message: &Message, code: Option<&Candidate>) -> MailForm {
    let kept = message.headers.iter().filter_map(|(name, value)| {
        let name = name.to_ascii_lowercase();
        let value = value.chars().take(256).collect();
        HEADERS.contains(&name.as_str()).then_some((name, value))
    });
    let subject = message.subject.as_deref().unwrap_or_default();
    MailForm {
        headers: kept.collect(),
        plain_part: has_plain_part(message),
        html_part: message.html.is_some(),
        text_code: None,
        html_code: None,
        code_in_subject: code.is_some_and(|code| subject.contains(&code.raw)),
    }
}

/// Whether the text is a part of its own. A reader of mails derives one from HTML where there is
/// none, and two independent parts of an alternative rarely agree to the letter.
fn has_plain_part(message: &Message) -> bool {
    let Some(html) = &message.html else { return !message.text.is_empty() };
    let mut headers = message.headers.iter();
    let kind = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let is = |wanted: &str| {
        kind.is_some_and(|(_, value)| value.trim_start().to_ascii_lowercase().starts_with(wanted))
    };
    let derived = html_to_text(html).replace("\r\n", "\n");
    !is("text/html") && (message.text != derived || is("multipart/alternative"))
}

/// The last line that is not empty, if it begins like an origin-bound code.
fn last_line(text: &str) -> Option<&str> {
    let line = text.trim_end().rsplit('\n').next().unwrap_or_default();
    (line.starts_with('@') && line.contains('#')).then_some(line)
}

fn without_origin_line(text: &str) -> &str {
    last_line(text).map_or(text, |line| {
        let end = text.trim_end().len() - line.len();
        &text[..end]
    })
}

fn origin_line(message: &Message) -> Option<OriginLine> {
    last_line(&message.text)?;
    let Some(bound) = otc::parse(&message.text) else { return Some(OriginLine::Malformed) };
    let told = code_of(message, without_origin_line(&message.text), None);
    let is_same = told.is_none_or(|told| told.code == bound.code || told.raw == bound.code);
    Some(if is_same { OriginLine::WellFormed } else { OriginLine::OtherCode })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn names_sender(message: &Message, text: &str) -> bool {
    let named = message.from.chars().any(char::is_alphabetic);
    let has_origin = last_line(&message.text).is_some();
    let mut telling = words(text).filter(|word| word.chars().all(char::is_alphabetic));
    named
        || has_origin
        || telling.any(|word| word.len() > 1 && !GENERIC.contains(&&*word.to_lowercase()))
}

/// A number with a unit of time after it; only texts in Latin letters are read.
fn tells_lifetime(text: &str) -> Option<bool> {
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    if letters().any(|letter| letter > '\u{24f}') {
        return None;
    }
    let words: Vec<String> = words(text).map(str::to_lowercase).collect();
    let is_number = |word: &str| word.chars().all(|c| c.is_ascii_digit()) && word.len() <= 4;
    let is_unit = |word: &str| {
        UNITS.iter().any(|unit| word.starts_with(unit)) || matches!(word, "s" | "h" | "m")
    };
    let pairs = words.windows(2).any(|pair| is_number(&pair[0]) && is_unit(&pair[1]));
    let joined = words.iter().any(|word| {
        let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
        unit.len() < word.len() && is_unit(unit)
    });
    let one = words.windows(2).any(|pair| {
        matches!(pair[0].as_str(), "one" | "two" | "five" | "ten" | "fifteen") && is_unit(&pair[1])
    });
    Some(pairs || joined || one)
}

/// A scheme, `www.`, or a host with a path.
fn has_link(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '('));
    words.any(|word| {
        let hosted = word.split_once('/').is_some_and(|(host, path)| {
            let top = host.rsplit('.').next().unwrap_or_default();
            host.contains('.')
                && top.len() >= 2
                && top.chars().all(|c| c.is_ascii_alphabetic())
                && !path.is_empty()
        });
        word.contains("http://") || word.contains("https://") || word.starts_with("www.") || hosted
    })
}

#[cfg(test)]
mod tests {
    use super::{codes_of_parts, of, shows_number};
    use crate::domain::{Message, PhoneNumber, Recipient};
    use crate::gateways::extract::find_code;
    use crate::journal::{MessageForm, OriginLine, SmsForm};

    fn text(text: &str) -> Message {
        Message {
            to: Recipient::Phone(PhoneNumber::fictional(1)),
            from: "+447700900999".to_owned(),
            subject: None,
            text: text.to_owned(),
            html: None,
            headers: Vec::new(),
        }
    }

    fn form(message: &Message) -> MessageForm {
        of(message, find_code(message).chosen.as_ref())
    }

    fn sms(body: &str) -> SmsForm {
        form(&text(body)).sms.expect("an SMS")
    }

    fn mail(plain: &str, html: Option<&str>) -> Message {
        Message {
            to: Recipient::Mailbox("ada@mail.test".parse().expect("a mailbox")),
            subject: Some("Your code 482913".to_owned()),
            html: html.map(str::to_owned),
            headers: vec![
                ("Date".to_owned(), "today".to_owned()),
                ("DATE".to_owned(), "tomorrow".to_owned()),
                ("X-Mailer".to_owned(), "x".to_owned()),
            ],
            ..text(plain)
        }
    }

    #[test]
    fn an_sms_is_measured_and_its_code_counted_without_the_origin_line() {
        let one = sms("482913 is your PIN for Example.\n@a.test #482913");
        assert_eq!((one.segments, one.code_count), (1, 1));
        assert_eq!(sms("482913 is your PIN. PIN: 482913").code_count, 2);
        assert_eq!(sms(&format!("482913 is your PIN {}", "x".repeat(150))).segments, 2);
    }

    #[test]
    fn the_origin_line_is_read_as_a_browser_reads_it() {
        let line = |body: &str| sms(body).origin_line;
        assert_eq!(line("482913 is it.\n@a.test #482913"), Some(OriginLine::WellFormed));
        assert_eq!(line("482913 is it.\n@a.test #482914"), Some(OriginLine::OtherCode));
        assert_eq!(line("482913 is it.\n@a.test  #482913"), Some(OriginLine::Malformed));
        assert_eq!(line("482913 is it.\n@a.test #482913\n"), Some(OriginLine::Malformed));
        assert_eq!(line("482913 is it."), None);
    }

    #[test]
    fn a_sender_is_named_by_any_word_that_is_not_about_codes() {
        assert!(sms("482913 is your code for Example").names_sender);
        assert!(!sms("Your verification code is 482913. Do not share it.").names_sender);
        assert!(!sms("482913").names_sender);
    }

    #[test]
    fn a_lifetime_is_a_number_and_a_unit() {
        for told in ["482913, 5 minutes", "482913 gilt 5 Min.", "482913 (300s)", "ten minutes"] {
            assert_eq!(sms(told).tells_lifetime, Some(true), "{told}");
        }
        assert_eq!(sms("482913 is your code").tells_lifetime, Some(false));
        assert_eq!(sms("Ваш код 482913").tells_lifetime, None);
    }

    #[test]
    fn a_link_has_a_scheme_or_a_path() {
        for linked in ["see https://a.test", "go to www.a.test", "a.test/pin"] {
            assert!(form(&text(linked)).link, "{linked}");
        }
        for plain in ["and/or", "on 1/2.", "mail a@b.test", "482913.\n@a.test #482913"] {
            assert!(!form(&text(plain)).link, "{plain}");
        }
    }

    #[test]
    fn a_number_is_shown_whole_however_it_is_grouped() {
        let number = PhoneNumber::fictional(7);
        for shown in ["+447700900007", "07700 900-007", "sent to (0) 7700 900 007"] {
            assert!(shows_number(shown, &number), "{shown}");
        }
        assert!(!shows_number("sent to the number that ends in 007", &number));
    }

    #[test]
    fn a_mail_keeps_what_judges_ask_for() {
        let form = form(&mail("482913 is your code", None)).mail.expect("a mail");
        assert_eq!(form.header("date").collect::<Vec<_>>(), ["today", "tomorrow"]);
        assert_eq!(form.headers.len(), 2);
        assert!(form.code_in_subject && form.plain_part && !form.html_part);
    }

    #[test]
    fn parts_are_read_by_themselves_and_a_derived_text_is_no_part() {
        let html = "<p>Your code is <b>111222</b></p>";
        let (in_text, in_html) = codes_of_parts(&mail("Your code is 482913.", Some(html)));
        assert_eq!(in_text.map(|one| one.code).as_deref(), Some("482913"));
        assert_eq!(in_html.map(|one| one.code).as_deref(), Some("111222"));
        let derived = mail_parser::decoders::html::html_to_text(html);
        let alone = mail(&derived, Some(html));
        assert!(!form(&alone).mail.expect("a mail").plain_part);
        assert_eq!(codes_of_parts(&alone).0, None);
    }
}
