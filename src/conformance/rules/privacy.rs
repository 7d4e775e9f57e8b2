//! What pages give away.

use crate::conformance::story::{Person, Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::Channel;
use crate::domain::operation::OperationKind;
use crate::journal::Entry;

pub(super) static CODE_NOT_SHOWN: Requirement = Requirement {
    id: "privacy.code-not-shown",
    level: Level::Must,
    source: "OWASP ASVS 5.0",
    clause: "6.6.2, implied by NIST SP 800-63B-4 §3.1.3",
    text: "A delivered PIN stands in the message and nowhere on a page.",
    judge: code_not_shown,
    weakness: Some(200),
    ..Requirement::PLAIN
};

fn code_not_shown(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for arrival in &story.arrivals {
        let Some(code) = arrival.code else { continue };
        let mark = code.in_text();
        let leak = story.exchanges.iter().find(|exchange| {
            exchange.request.code != Some(code) && stands_alone(exchange.shown, &mark)
        });
        match leak {
            Some(leak) => {
                let mut evidence = leak.evidence();
                evidence.push(arrival.entry);
                tally.broken("the page keeps the PIN to itself", "the page shows it", evidence);
            }
            None => tally.kept([arrival.entry]),
        }
    }
    tally.finding()
}

/// Beside so many hexadecimal digits a code is a part of a signature or of an id.
const DIGITS_OF_A_SIGNATURE: usize = 16;

/// Whether `mark` stands somewhere in `shown` by itself. Within a longer number, such as an id, a
/// signature or the fraction of a time, the digits of a code are a coincidence.
fn stands_alone(shown: &str, mark: &str) -> bool {
    shown.match_indices(mark).any(|(at, _)| {
        let before = shown.get(..at).unwrap_or_default();
        let behind = shown.get(at + mark.len()..).unwrap_or_default();
        let ends_in_digit = |text: &str| text.ends_with(|c: char| c.is_ascii_digit());
        let is_fraction = before.strip_suffix('.').is_some_and(ends_in_digit);
        let in_number = ends_in_digit(before) || behind.starts_with(|c: char| c.is_ascii_digit());
        let is_hex = |c: &char| c.is_ascii_hexdigit();
        let around = before.chars().rev().take_while(is_hex).count()
            + behind.chars().take_while(is_hex).count();
        !is_fraction && !in_number && around < DIGITS_OF_A_SIGNATURE
    })
}

pub(super) static DESTINATION_MASKED: Requirement = Requirement {
    id: "privacy.destination-masked",
    level: Level::Should,
    source: "Fobwatch",
    clause: "implied by Delegated Regulation (EU) 2018/389 Art. 22, which masks credentials",
    text: "A page shows number and mailbox only so that they cannot be read whole.",
    judge: destination_masked,
    reading: Reading::Own,
    weakness: Some(200),
    ..Requirement::PLAIN
};

fn gives_away(shown: &str, person: &Person<'_>, channel: Channel) -> bool {
    match channel {
        Channel::Sms => person.mobile.is_some_and(|number| number.is_readable_in(shown)),
        Channel::Email => person.mailbox.is_readable_in(shown),
    }
}

fn destination_masked(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in &story.exchanges {
        let (Some(shown), Some(channel), Some(person)) = (
            &exchange.observed.destination,
            exchange.observed.channel,
            exchange.person.and_then(|name| story.person(name)),
        ) else {
            continue;
        };
        if gives_away(shown, person, channel) {
            let seen = format!("`{shown}` of {}", person.name);
            tally.broken("a masked destination", seen, exchange.evidence());
        } else {
            tally.kept([exchange.answered]);
        }
    }
    tally.finding()
}

pub(super) static UNIFORM_REFUSAL: Requirement = Requirement {
    id: "privacy.factor-not-named",
    level: Level::Must,
    source: "Delegated Regulation (EU) 2018/389",
    clause: "Art. 4(3)(a)",
    text: "A refused sign-in does not tell whether the person exists or which element was wrong.",
    judge: factor_not_named,
    profiles: &["guide", "psd2"],
    reading: Reading::Excerpt,
    weakness: Some(204),
    ..Requirement::PLAIN
};

fn factor_not_named(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.asks(OperationKind::SignIn).filter(|one| one.is_rejected()) {
        use crate::domain::RejectionClass::{
            ChannelUnavailable, Denied, Locked, Malformed, RateLimited, WrongStep,
        };
        match exchange.observed.class {
            Some(Denied) => tally.kept(exchange.evidence()),
            // That a message cannot be sent is said to somebody whose password was right, and
            // that somebody has to sign out first is said before anything is looked at.
            None | Some(Locked | RateLimited | ChannelUnavailable | WrongStep | Malformed) => {}
            Some(other) => tally.broken(
                "a refusal without a reason",
                format!("it says {other}"),
                exchange.evidence(),
            ),
        }
    }
    tally.finding()
}
