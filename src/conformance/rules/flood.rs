//! How many messages one may cause: each costs money, patience, and one more chance to guess.

use crate::conformance::story::{Arrival, Exchange, Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::RejectionClass;
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::journal::{Entry, EntryId};
use std::time::Duration;

const SOURCE: &str = "Fobwatch";

/// More resends than this in one sign-in no person needs; every real limit we know is lower.
const RESENDS: usize = 20;

/// More messages than this in an hour no person needs.
const HOURLY: usize = 50;

pub(super) static CODE_REQUESTS_LIMITED: Requirement = Requirement {
    id: "asvs.code-requests-limited",
    level: Level::Must,
    source: SOURCE,
    clause: "implied by OWASP ASVS 5.0 6.6.3: each message is one more code to guess at",
    text: "One sign-in does not bring messages without end: twenty resent ones are too many.",
    judge: code_requests_limited,
    reading: Reading::Own,
    profiles: &["guide", "wstg-mfa"],
    weakness: Some(799),
    ..Requirement::PLAIN
};

fn code_requests_limited(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for sign_in in story.asks(OperationKind::SignIn) {
        let came = resent(&story, sign_in);
        if came.len() > RESENDS {
            let seen = format!("{} messages were resent", came.len());
            tally.broken("a limit", seen, came);
        }
    }
    for exchange in story.asks(OperationKind::ResendCode).filter(|one| is_limit(&story, one)) {
        let mut earlier = story.earlier(exchange.session, exchange.asked);
        let granted = earlier.find(|one| !one.is_rejected()).is_some_and(|one| {
            one.request.operation == OperationKind::ResendCode
                && one.observed.reply == ReplyKind::CodeRequired
        });
        if granted {
            tally.kept(exchange.evidence());
        }
    }
    tally.finding()
}

/// The messages with a code that resends of a sign-in brought, since time was last skipped: one a
/// minute is no flood. What is only promised costs nobody anything.
fn resent(story: &Story<'_>, sign_in: &Exchange<'_>) -> Vec<EntryId> {
    let mut later = story.asks(OperationKind::SignIn).filter(|one| one.asked > sign_in.asked);
    let end = later.find(|one| one.session == sign_in.session).map(|one| one.asked);
    let is_brought = |arrival: &&Arrival<'_>| {
        let cause = story.cause(arrival).filter(|one| one.session == sign_in.session);
        arrival.code.is_some()
            && cause.is_some_and(|one| {
                one.request.operation == OperationKind::ResendCode
                    && one.asked > sign_in.asked
                    && end.is_none_or(|end| one.asked < end)
            })
    };
    let brought: Vec<EntryId> =
        story.arrivals.iter().filter(is_brought).map(|one| one.entry).collect();
    let rows = brought.chunk_by(|one, next| !story.leapt_between(*one, *next));
    rows.max_by_key(|row| row.len()).map(<[EntryId]>::to_vec).unwrap_or_default()
}

/// Whether a refused resend shows a limit: by its word, or because its session goes on waiting for
/// the code and nothing else can be wrong with the request.
fn is_limit(story: &Story<'_>, resend: &Exchange<'_>) -> bool {
    match resend.observed.class {
        Some(RejectionClass::RateLimited) => true,
        Some(RejectionClass::Denied | RejectionClass::Locked) => story.awaited(resend),
        _ => false,
    }
}

pub(super) static LIMITED_ACROSS_SIGN_INS: Requirement = Requirement {
    id: "code.requests-limited-across-sign-ins",
    level: Level::Should,
    source: SOURCE,
    clause: "implied by OWASP ASVS 5.0 6.6.3, seen over many sign-ins",
    text: "Nobody is sent more than fifty codes in an hour, however often somebody signs in.",
    judge: limited_across_sign_ins,
    reading: Reading::Own,
    weakness: Some(799),
    ..Requirement::PLAIN
};

fn limited_across_sign_ins(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for person in &story.people {
        let sent: Vec<_> = story
            .arrivals
            .iter()
            .filter(|one| one.person == person.name && one.code.is_some())
            .collect();
        for (first, last) in sent.iter().zip(sent.iter().skip(HOURLY)) {
            if last.at - first.at < Duration::from_hours(1) {
                let seen = format!("{} codes came within an hour", HOURLY + 1);
                tally.broken(format!("at most {HOURLY}"), seen, vec![first.entry, last.entry]);
            }
        }
        let asked = story.asks(OperationKind::SignIn).filter(|one| one.person == Some(person.name));
        // Whoever gives a wrong password is refused without any limit.
        let mut refused = asked.filter(|one| {
            let limited = one.observed.class == Some(RejectionClass::RateLimited);
            let after_some = sent.iter().filter(|code| code.sent < one.asked).count() >= 5;
            let is_right = story.gave_right_password(one) == Some(true);
            one.is_rejected() && after_some && (limited || is_right)
        });
        if let Some(refused) = refused.next() {
            tally.kept(refused.evidence());
        }
    }
    tally.finding()
}
