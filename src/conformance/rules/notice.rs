//! Notices: what a person is told of their account, where, and with what in it.

use super::push::concerns;
use crate::conformance::story::{Arrival, Exchange, Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::RejectionClass;
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
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

/// Looks for a notice to `person` after `entry`: kept if there is one, broken if it was waited for
/// in vain, and nobody is blamed for silence that nobody waited for.
fn told(
    story: &Story<'_>,
    (person, entry): (&str, EntryId),
    expected: &str,
    mut evidence: Vec<EntryId>,
    tally: &mut Tally,
) {
    let notice = story
        .arrivals
        .iter()
        .find(|arrival| arrival.person == person && arrival.sent > entry && arrival.code.is_none());
    let in_vain =
        story.waits.iter().find(|wait| wait.person == person && wait.entry > entry && !wait.came);
    if let Some(notice) = notice {
        evidence.push(notice.entry);
        tally.kept(evidence);
    } else if let Some(wait) = in_vain {
        evidence.push(wait.entry);
        tally.broken(expected, "no message came", evidence);
    }
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
            let about = (person, exchange.asked);
            let expected = "a notice that a token was removed";
            told(&story, about, expected, exchange.evidence(), &mut tally);
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
        let mut refused = story.exchanges.iter().filter(|exchange| {
            exchange.person == Some(person.name)
                && exchange.is_rejected()
                && matches!(
                    exchange.request.operation,
                    OperationKind::SignIn | OperationKind::SubmitCode
                )
        });
        let Some(first) = refused.next() else { continue };
        let all = std::iter::once(first).chain(refused);
        let lock = all.into_iter().find(|one| one.observed.class == Some(RejectionClass::Locked));
        let Some(lock) = lock else { continue };
        let mut evidence = first.evidence();
        evidence.extend(lock.evidence());
        let about = (person.name, first.asked);
        told(&story, about, "a notice that the account was locked", evidence, &mut tally);
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
        let about = (act.owner, act.entry);
        told(&story, about, "a notice of the concern", vec![act.entry], &mut tally);
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
            let about = (person, exchange.asked);
            told(&story, about, "a notice of the half sign-in", evidence, &mut tally);
        }
    }
    tally.finding()
}

/// What a notice is about: the last exchange before it, if it is one that people are told of.
fn occasion<'s, 'a>(story: &'s Story<'a>, arrival: &Arrival<'a>) -> Option<&'s Exchange<'a>> {
    let last = story.exchanges.iter().rev().find(|one| one.answered < arrival.sent)?;
    let is_telling = binds(last)
        || removes(last)
        || last.request.operation == OperationKind::SubmitCode && last.is_rejected();
    is_telling.then_some(last)
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
        } else if !has_acted(&story, arrival) {
            let expected = format!("a notice to {}", occasion.person.unwrap_or_default());
            tally.broken(expected, format!("it came to {}", arrival.person), evidence);
        }
    }
    tally.finding()
}

/// Whether the person who got this message had done anything before: then it may be about that.
fn has_acted(story: &Story<'_>, arrival: &Arrival<'_>) -> bool {
    story.exchanges.iter().any(|one| {
        one.person == Some(arrival.person)
            && one.answered < arrival.sent
            && one.request.operation != OperationKind::Provision
    })
}
