//! Notices: what a person is told of their account, where, and with what in it.

use super::push::concerns;
use crate::conformance::story::{Arrival, Exchange, Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::domain::{Channel, RejectionClass};
use crate::journal::{Entry, EntryId};

/// Whether this exchange took a factor away from its person.
fn removes(exchange: &Exchange<'_>) -> bool {
    exchange.request.operation == OperationKind::RevokeToken
        && matches!(
            exchange.observed.reply,
            ReplyKind::Done | ReplyKind::Tokens | ReplyKind::SignedIn | ReplyKind::SignedOut
        )
}

/// Whether this exchange finished an enrolment.
fn binds(exchange: &Exchange<'_>) -> bool {
    exchange.request.operation == OperationKind::ConfirmEnrolment
        && exchange.observed.reply == ReplyKind::Enrolled
}

/// What a person is owed a notice of.
pub(super) struct Event<'a> {
    pub(super) person: &'a str,
    /// A message after this may be the notice.
    pub(super) since: EntryId,
    /// By this it has happened: from now on silence says something.
    pub(super) by: EntryId,
}

/// Looks for a notice of `event`: kept if there is one, broken if it was waited for in vain on
/// every channel that reaches the person. Nobody is blamed for silence that nobody waited for.
pub(super) fn told(
    story: &Story<'_>,
    event: &Event<'_>,
    expected: &str,
    mut evidence: Vec<EntryId>,
    tally: &mut Tally,
) {
    let notice = story.arrivals.iter().find(|arrival| {
        arrival.person == event.person && arrival.sent > event.since && arrival.code.is_none()
    });
    match notice {
        Some(notice) if may_be_of_another(story, event, notice) => {}
        Some(notice) => {
            evidence.push(notice.entry);
            tally.kept(evidence);
        }
        None => {
            let Some(silence) = silence(story, event) else { return };
            evidence.extend(silence);
            tally.broken(expected, "no message came", evidence);
        }
    }
}

/// Whether the person did something between `event` and `notice` that people are told of as well.
fn may_be_of_another(story: &Story<'_>, event: &Event<'_>, notice: &Arrival<'_>) -> bool {
    story.exchanges.iter().any(|one| {
        one.person == Some(event.person)
            && one.asked > event.by
            && one.answered < notice.sent
            && matches!(
                one.request.operation,
                OperationKind::SignIn
                    | OperationKind::SubmitCode
                    | OperationKind::BeginEnrolment
                    | OperationKind::ConfirmEnrolment
                    | OperationKind::SubmitRegistrationCode
                    | OperationKind::RevokeToken
            )
    })
}

/// The waits that came to nothing after `event`, one for each channel that reaches the person: a
/// notice may come by any of them.
fn silence(story: &Story<'_>, event: &Event<'_>) -> Option<Vec<EntryId>> {
    let in_vain = |channel| {
        let mut waits = story.waits.iter().filter(|wait| wait.entry > event.by && !wait.came);
        let wait = waits.find(|wait| wait.person == event.person && wait.channel == channel)?;
        Some(wait.entry)
    };
    let reached_by_sms = story.person(event.person).is_none_or(|person| person.mobile.is_some());
    let mut silent = vec![in_vain(Channel::Email)?];
    if reached_by_sms {
        silent.push(in_vain(Channel::Sms)?);
    }
    Some(silent)
}

pub(super) static FACTOR_REMOVED: Requirement = Requirement {
    id: "notice.factor-removed",
    source: "NIST SP 800-63B-4",
    clause: "§4.5, §4.6; OWASP ASVS 5.0 6.3.7",
    text: "The person is told that a token was taken from their account.",
    judge: |entries| {
        let story = Story::of(entries);
        let mut tally = Tally::default();
        for exchange in story.exchanges.iter().filter(|exchange| removes(exchange)) {
            let Some(person) = exchange.person else { continue };
            let removal = Event { person, since: exchange.asked, by: exchange.answered };
            let expected = "a notice that a token was removed";
            told(&story, &removal, expected, exchange.evidence(), &mut tally);
        }
        tally.finding()
    },
    profiles: &["guide", "nist-aal2", "asvs-l3"],
    reading: Reading::Draft,
    weakness: Some(778),
    ..Requirement::PLAIN
};

pub(super) static LOCKED: Requirement = Requirement {
    id: "notice.locked",
    level: Level::Should,
    source: "RFC 4226",
    clause: "§7.2",
    text: "The person is told that their account was locked.",
    judge: locked,
    profiles: &["guide", "rfc-otp-extended"],
    weakness: Some(778),
    ..Requirement::PLAIN
};

fn locked(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for person in &story.people {
        let refused = story.exchanges.iter().filter(|exchange| {
            exchange.person == Some(person.name)
                && exchange.is_rejected()
                && matches!(
                    exchange.request.operation,
                    OperationKind::SignIn | OperationKind::SubmitCode
                )
        });
        let refused: Vec<&Exchange<'_>> = refused.collect();
        let is_lock = |one: &&Exchange<'_>| one.observed.class == Some(RejectionClass::Locked);
        let Some(nth) = refused.iter().position(is_lock) else { continue };
        // The lock may have come about with the refusal before the one that speaks of it.
        let (before, lock) = (refused[nth.saturating_sub(1)], refused[nth]);
        let mut evidence = before.evidence();
        evidence.extend(lock.evidence());
        let event = Event { person: person.name, since: before.asked, by: lock.answered };
        told(&story, &event, "a notice that the account was locked", evidence, &mut tally);
    }
    tally.finding()
}

pub(super) static PUSH_CONCERN: Requirement = Requirement {
    id: "notice.push-concern",
    level: Level::Should,
    source: "OWASP ASVS 5.0",
    clause: "6.3.5",
    text: "A concern raised at the app is acknowledged by a notice to the person.",
    judge: push_concern,
    profiles: &["guide", "asvs-l3"],
    weakness: Some(778),
    ..Requirement::PLAIN
};

fn push_concern(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for act in concerns(&story) {
        let event = Event { person: act.owner, since: act.entry, by: act.entry };
        told(&story, &event, "a notice of the concern", vec![act.entry], &mut tally);
    }
    tally.finding()
}

pub(super) static ONE_FACTOR_ONLY: Requirement = Requirement {
    id: "notice.one-factor-only",
    level: Level::Should,
    source: "OWASP ASVS 5.0",
    clause: "6.3.5",
    text: "The person is told when somebody showed one of their factors and not the other.",
    judge: one_factor_only,
    profiles: &["asvs-l3"],
    weakness: Some(778),
    ..Requirement::PLAIN
};

fn one_factor_only(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.asks(OperationKind::SubmitCode).filter(|one| one.is_rejected()) {
        let Some(person) = exchange.person else { continue };
        let begun = story
            .earlier(exchange.session, exchange.asked)
            .find(|one| one.request.operation == OperationKind::SignIn);
        let begun = begun.filter(|one| one.observed.reply == ReplyKind::TokenRequired);
        if let Some(begun) = begun.filter(|_| story.awaited(exchange)) {
            let mut evidence = begun.evidence();
            evidence.extend(exchange.evidence());
            let half = Event { person, since: exchange.asked, by: exchange.answered };
            told(&story, &half, "a notice of the half sign-in", evidence, &mut tally);
        }
    }
    tally.finding()
}

/// What a notice is about: the last exchange before it, if it is one that people are told of. A
/// refused code is none: a fresh one may follow it unasked.
fn occasion<'s, 'a>(story: &'s Story<'a>, arrival: &Arrival<'a>) -> Option<&'s Exchange<'a>> {
    let last = story.exchanges.iter().rev().find(|one| one.answered < arrival.sent)?;
    (binds(last) || removes(last)).then_some(last)
}

/// Whether a code that `person` asked for may still be on its way.
fn awaits_code(story: &Story<'_>, person: &str, before: EntryId) -> bool {
    story.code_requests().any(|promise| {
        promise.person == Some(person)
            && promise.answered < before
            && promise.observed.reply == ReplyKind::CodeRequired
            && !story.codes_after(promise).iter().any(|code| code.person == person)
    })
}

pub(super) static NO_SECRET: Requirement = Requirement {
    id: "notice.no-secret",
    source: "Fobwatch",
    clause: "implied by NIST SP 800-63B-4 §4.6",
    text: "A notice carries no code.",
    judge: no_secret,
    reading: Reading::Own,
    weakness: Some(200),
    ..Requirement::PLAIN
};

fn no_secret(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for arrival in &story.arrivals {
        let Some(occasion) = occasion(&story, arrival) else { continue };
        let own = occasion.person == Some(arrival.person);
        if !own || awaits_code(&story, arrival.person, arrival.sent) {
            continue;
        }
        let mut evidence = occasion.evidence();
        evidence.push(arrival.entry);
        if arrival.code.is_some() {
            tally.broken("a notice without a code", "it has one", evidence);
        } else {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static TO_REGISTERED_ADDRESS: Requirement = Requirement {
    id: "notice.to-registered-address",
    source: "NIST SP 800-63B-4",
    clause: "§4.6",
    text: "A notice goes to the person whose account it is about, and to nobody else.",
    judge: to_registered_address,
    profiles: &["guide", "nist-aal2"],
    reading: Reading::Draft,
    weakness: Some(359),
    ..Requirement::PLAIN
};

fn to_registered_address(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for arrival in story.arrivals.iter().filter(|arrival| arrival.code.is_none()) {
        let Some(occasion) = occasion(&story, arrival) else { continue };
        let mut evidence = occasion.evidence();
        evidence.push(arrival.entry);
        if occasion.person == Some(arrival.person) {
            tally.kept(evidence);
        } else if names(&story, arrival, occasion) {
            let expected = format!("a notice to {}", occasion.person.unwrap_or_default());
            let seen = format!("it came to {}, and names the other", arrival.person);
            tally.broken(expected, seen, evidence);
        }
    }
    tally.finding()
}

/// Whether the message itself says that it is about this exchange's person, by their user name or
/// by the number of their token: whoever got it may be owed a message of their own just then.
fn names(story: &Story<'_>, arrival: &Arrival<'_>, occasion: &Exchange<'_>) -> bool {
    let person = occasion.person.and_then(|name| story.person(name));
    let serial = story
        .asks(OperationKind::BeginEnrolment)
        .filter(|one| one.person == occasion.person && one.answered < arrival.sent)
        .filter_map(|one| one.observed.offered.as_ref()?.serial_number.as_deref());
    let mut marks = person.map(|person| person.user).into_iter().chain(serial);
    marks.any(|mark| arrival.text.contains(mark) || arrival.subject.contains(mark))
}
