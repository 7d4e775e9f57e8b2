//! Messages that fail: what the person is told, and what can be done then.

use crate::conformance::story::{Arrival, Exchange, Mishap, Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::domain::{Channel, Disturbance, Mailbox, PhoneNumber, Recipient, RejectionClass};
use crate::journal::{Entry, EntryId};
use std::time::Duration;

const OURS: &str = "Fobwatch";

pub(super) static FAILURE_TOLD: Requirement = Requirement {
    id: "delivery.failure-told",
    level: Level::Must,
    source: OURS,
    clause: "implied by steps 2 and 3 of the guide: the page asks for a PIN that was sent",
    text: "When the provider refuses a message for good, nobody is told that it was sent.",
    judge: failure_told,
    reading: Reading::Own,
    ..Requirement::PLAIN
};

/// Whether the sender knew at once that this message will never be delivered.
fn is_final(mishap: &Mishap<'_>) -> bool {
    match mishap.what {
        Disturbance::Refused { lasting } => lasting,
        Disturbance::Unfit { .. } => true,
        Disturbance::HungUp
        | Disturbance::Delayed { .. }
        | Disturbance::Overtaken
        | Disturbance::Lost
        | Disturbance::Duplicated
        | Disturbance::Truncated
        | Disturbance::Misdelivered
        | Disturbance::Unanswered
        | Disturbance::Slowed => false,
    }
}

/// Whether a message of this person came by `channel` after this answer.
fn came_after(story: &Story<'_>, exchange: &Exchange<'_>, channel: Channel) -> bool {
    story.arrivals.iter().any(|arrival| {
        Some(arrival.person) == exchange.person
            && arrival.channel == channel
            && arrival.sent > exchange.answered
            && story.cause(arrival).is_none_or(|cause| cause.asked == exchange.asked)
    })
}

fn failure_told(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.code_requests() {
        let mishaps = story.mishaps_of(exchange);
        // Whoever sends from a queue knows nothing yet when the page is shown.
        let mut known = mishaps.iter().filter(|mishap| mishap.before_answer);
        // What was not answered may be tried again: it proves nothing against a promise.
        let hung_up = |mishap: &Mishap<'_>| mishap.what == Disturbance::HungUp;
        let failed = known.find(|mishap| is_final(mishap) || hung_up(mishap));
        let Some(failed) = failed else { continue };
        if came_after(&story, exchange, failed.channel) {
            continue;
        }
        let mut evidence = exchange.evidence();
        evidence.push(failed.entry);
        match (exchange.observed.reply, exchange.observed.channel) {
            (ReplyKind::CodeRequired, Some(channel)) if channel == failed.channel => {
                if !is_final(failed) {
                    continue;
                }
                let seen = format!("it asks for the code that went by {channel}, but none did");
                tally.broken("the page says that no code could be sent", seen, evidence);
            }
            (ReplyKind::Rejected | ReplyKind::CodeRequired, _) => tally.kept(evidence),
            _ => {}
        }
    }
    tally.finding()
}

pub(super) static DEAD_AFTER_FAILURE: Requirement = Requirement {
    id: "delivery.dead-after-failure",
    level: Level::Should,
    source: OURS,
    clause: "implied by OWASP ASVS 5.0 6.6.2: a code belongs to the request that asks for it",
    text: "A code whose delivery was reported as failed is not accepted afterwards.",
    judge: dead_after_failure,
    reading: Reading::Own,
    ..Requirement::PLAIN
};

fn dead_after_failure(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.code_requests().filter(|exchange| exchange.is_rejected()) {
        for mishap in story.mishaps_of(exchange) {
            let arrived = story.arrivals.iter().find(|arrival| arrival.sent == mishap.entry);
            let code = arrived.and_then(|arrival| arrival.code);
            if mishap.what != Disturbance::Unanswered || code.is_none() {
                continue;
            }
            for submission in story.submissions().iter().filter(|one| Some(one.code) == code) {
                // Who derives codes from the time may have sent the same one again, and well.
                let sent_again = story.arrivals.iter().any(|arrival| {
                    arrival.code == code
                        && arrival.sent > exchange.answered
                        && arrival.sent != mishap.entry
                        && arrival.sent < submission.exchange.asked
                });
                if sent_again {
                    continue;
                }
                let mut evidence = exchange.evidence();
                evidence.push(mishap.entry);
                evidence.extend(submission.evidence());
                if submission.accepted {
                    let expected = "a code that could not be sent is refused";
                    tally.broken(expected, submission.said(), evidence);
                } else {
                    tally.kept(evidence);
                }
            }
        }
    }
    tally.finding()
}

pub(super) static OTHER_CHANNEL_AFTER_FAILURE: Requirement = Requirement {
    id: "delivery.other-channel-after-failure",
    level: Level::Should,
    source: OURS,
    clause: "implied by step 2 of the guide: Alternative Authentication",
    text: "When a message could not be sent, the other channel can still be chosen.",
    judge: other_channel_after_failure,
    reading: Reading::Own,
    ..Requirement::PLAIN
};

fn other_channel_after_failure(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.code_requests() {
        let mishaps = story.mishaps_of(exchange);
        let Some(failed) = mishaps.iter().find(|mishap| mishap.what.told_sender()) else {
            continue;
        };
        let next = story
            .exchanges
            .iter()
            .find(|later| later.session == exchange.session && later.asked > exchange.answered);
        let Some(chosen) = next.filter(|next| {
            next.request.operation == OperationKind::ChooseChannel
                && next.request.channel != Some(failed.channel)
                && story.mishaps_of(next).is_empty()
        }) else {
            continue;
        };
        let mut evidence = exchange.evidence();
        evidence.push(failed.entry);
        evidence.extend(chosen.evidence());
        match (chosen.observed.reply, chosen.observed.class) {
            (ReplyKind::CodeRequired, _) => tally.kept(evidence),
            (_, Some(RejectionClass::Locked | RejectionClass::RateLimited)) => {}
            (ReplyKind::Rejected, _) => {
                let seen = "the other channel was refused too";
                tally.broken("a code over the other channel", seen, evidence);
            }
            _ => {}
        }
    }
    tally.finding()
}

pub(super) static TEMPORARY_FAILURE_RETRIED: Requirement = Requirement {
    id: "delivery.temporary-failure-retried",
    level: Level::Should,
    source: "RFC 5321",
    clause: "§4.5.4.1",
    text: "A mail that the server cannot take now is offered again.",
    judge: temporary_failure_retried,
    reading: Reading::Memory,
    ..Requirement::PLAIN
};

/// RFC 5321 §4.5.4.1 asks for at least half an hour between two tries.
const PATIENCE: Duration = Duration::from_mins(30);

fn temporary_failure_retried(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.code_requests() {
        let mishaps = story.mishaps_of(exchange);
        let Some(first) = mishaps.iter().find(|mishap| is_for_now(mishap)) else { continue };
        let mut evidence = exchange.evidence();
        evidence.push(first.entry);
        let mut later = story.code_requests().filter(|one| one.person == exchange.person);
        let until = later.find(|one| one.asked > exchange.asked).map(|one| one.asked);
        let since = |entry: EntryId| entry > first.entry && until.is_none_or(|until| entry < until);
        let again = story.mishaps.iter().any(|one| {
            Some(one.person) == exchange.person && one.channel == Channel::Email && since(one.entry)
        });
        if again || came_after(&story, exchange, Channel::Email) {
            tally.kept(evidence);
            continue;
        }
        let is_late = |entry: EntryId| {
            let at = entries.get(entry.index()).map(|entry| entry.at);
            at.is_some_and(|at| at - first.at > PATIENCE)
        };
        let in_vain = story.clouded_waits.iter().find(|wait| {
            let own = Some(wait.person) == exchange.person && wait.channel == Channel::Email;
            own && since(wait.entry) && is_late(wait.entry)
        });
        // Who says at once that nothing could be sent owes nothing more.
        if let (Some(wait), ReplyKind::CodeRequired) = (in_vain, exchange.observed.reply) {
            evidence.push(wait.entry);
            tally.broken("the mail is offered again", "it was not", evidence);
        }
    }
    tally.finding()
}

fn is_for_now(mishap: &Mishap<'_>) -> bool {
    mishap.channel == Channel::Email && mishap.what == Disturbance::Refused { lasting: false }
}

pub(super) static SHOWN_CHANNEL_IS_USED: Requirement = Requirement {
    id: "delivery.shown-channel-is-used",
    level: Level::Must,
    source: OURS,
    clause: "implied by steps 2 and 3 of the guide",
    text: "A code goes to the address that the page shows, as far as it shows it.",
    judge: shown_channel_is_used,
    reading: Reading::Own,
    ..Requirement::PLAIN
};

fn shown_channel_is_used(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.code_requests() {
        let Some(shown) = exchange.observed.destination.as_deref() else { continue };
        if exchange.observed.reply != ReplyKind::CodeRequired {
            continue;
        }
        let own = |one: &&Arrival<'_>| Some(one.person) == exchange.person;
        let codes: Vec<_> = story.codes_after(exchange).into_iter().filter(own).collect();
        let fits: Vec<Option<bool>> = codes.iter().map(|one| fits(shown, one.to)).collect();
        let Some(first) = codes.first() else { continue };
        let mut evidence = exchange.evidence();
        evidence.push(first.entry);
        if fits.contains(&Some(true)) {
            tally.kept(evidence);
        } else if fits.iter().all(|fit| *fit == Some(false)) && !is_late(&story, first) {
            let seen = format!("it came to another address, by {}", first.channel);
            tally.broken(format!("a code to {shown}, as the page says"), seen, evidence);
        }
    }
    tally.finding()
}

/// Whether an earlier request of the same person may have caused this message.
fn is_late(story: &Story<'_>, arrival: &Arrival<'_>) -> bool {
    let earlier = story.code_requests().filter(|one| {
        one.person == Some(arrival.person)
            && one.answered < arrival.sent
            && one.observed.reply == ReplyKind::CodeRequired
            && !story.codes_after(one).iter().any(|code| Some(code.person) == one.person)
    });
    earlier.count() > 0
}

/// Whether `to` is what `shown` shows of an address; nothing if it shows too little to tell.
fn fits(shown: &str, to: &Recipient) -> Option<bool> {
    match (shown.contains('@'), to) {
        (false, Recipient::Phone(number)) => fits_number(shown, number),
        (true, Recipient::Mailbox(mailbox)) => Some(fits_mailbox(shown, mailbox)),
        (true, Recipient::Phone(_)) => Some(false),
        (false, Recipient::Mailbox(_)) => {
            let is_number = shown.starts_with('+') || shown.ends_with(|c: char| c.is_ascii_digit());
            is_number.then_some(false)
        }
    }
}

/// The digits at the end are the number's last ones, in every masked form that we know.
fn fits_number(shown: &str, number: &PhoneNumber) -> Option<bool> {
    let shown = shown.trim_end();
    let hidden = shown.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let last = &shown[hidden..];
    (last.len() >= 2).then(|| number.as_str().ends_with(last))
}

/// The letter in front and the domain, unless they are masked.
fn fits_mailbox(shown: &str, mailbox: &Mailbox) -> bool {
    let (local, domain) = shown.rsplit_once('@').unwrap_or((shown, ""));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let domain_fits = !domain.chars().all(plain) || domain.eq_ignore_ascii_case(mailbox.domain());
    let first = local.chars().next().filter(char::is_ascii_alphanumeric);
    let first_fits = first.is_none_or(|first| {
        mailbox.as_str().chars().next().is_some_and(|own| own.eq_ignore_ascii_case(&first))
    });
    domain_fits && first_fits
}
