//! Declared parameters of delivery: how many messages, and what a further one does.

use super::claims::{CLAIM, is_about_the_code, is_raced, is_untroubled};
use crate::conformance::story::{Arrival, Exchange, Story, Submission, Tally};
use crate::conformance::{Finding, Requirement};
use crate::domain::RejectionClass;
use crate::domain::declared::Resend;
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::journal::{Entry, EntryId};
use std::time::Duration;

/// A code that is sent on at once is not refused for its age by anybody.
const YOUNG: Duration = Duration::from_mins(1);

pub(super) static MESSAGES: Requirement = Requirement {
    id: "claims.messages",
    text: "A sign-in sends as many messages with a code as the subject declares.",
    judge: messages,
    ..CLAIM
};

fn messages(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let Some(declared) = story.declared.messages else { return Finding::Untested };
    let most = declared as usize;
    for sign_in in story.asks(OperationKind::SignIn) {
        let sent = messages_of(&story, sign_in);
        if sent.len() > most {
            let expected = format!("at most {declared} messages for one sign-in, as declared");
            let mut evidence = sign_in.evidence();
            evidence.extend(sent.iter().map(|arrival| arrival.entry));
            tally.broken(expected, format!("{} messages", sent.len()), evidence);
            continue;
        }
        let Some(refused) = rate_limited(&story, sign_in) else { continue };
        if is_raced(entries, refused) {
            continue;
        }
        let granted = granted_before(&story, sign_in, refused);
        let mut evidence = sign_in.evidence();
        evidence.extend(refused.evidence());
        let mut sign_ins = story.asks(OperationKind::SignIn);
        // Messages of other sign-ins may count towards a limit of another kind.
        let is_only =
            !sign_ins.any(|one| one.person == sign_in.person && one.asked != sign_in.asked);
        if granted == most {
            tally.kept(evidence);
        } else if is_only && is_for_good(&story, sign_in, refused) {
            let expected = format!("{declared} messages for one sign-in, as declared");
            tally.broken(expected, format!("no more after {granted}"), evidence);
        }
    }
    tally.finding()
}

/// The messages with a code that a sign-in caused until the next one of its session.
fn messages_of<'s, 'a>(story: &'s Story<'a>, sign_in: &Exchange<'a>) -> Vec<&'s Arrival<'a>> {
    let end = next_sign_in(story, sign_in);
    let caused = story.arrivals.iter().filter(|arrival| arrival.code.is_some());
    let caused = caused.filter(|arrival| {
        story.cause(arrival).is_some_and(|cause| {
            cause.session == sign_in.session
                && cause.asked >= sign_in.asked
                && end.is_none_or(|end| cause.asked < end)
        })
    });
    caused.collect()
}

fn next_sign_in(story: &Story<'_>, sign_in: &Exchange<'_>) -> Option<EntryId> {
    let mut later = story.asks(OperationKind::SignIn).map(|one| (one.session, one.asked));
    later.find(|(of, asked)| *of == sign_in.session && *asked > sign_in.asked).map(|(_, at)| at)
}

/// The requests of a sign-in that promised a message before one was refused: messages themselves
/// may still be on their way.
fn granted_before(story: &Story<'_>, sign_in: &Exchange<'_>, refused: &Exchange<'_>) -> usize {
    let promised = story.earlier(sign_in.session, refused.asked).filter(|one| {
        one.asked >= sign_in.asked
            && one.observed.reply == ReplyKind::CodeRequired
            && one.request.operation != OperationKind::Probe
    });
    promised.count()
}

/// The first request for another message of a sign-in that was refused as one too many.
fn rate_limited<'s, 'a>(story: &'s Story<'a>, sign_in: &Exchange<'a>) -> Option<&'s Exchange<'a>> {
    let end = next_sign_in(story, sign_in);
    story.exchanges.iter().find(|one| {
        let again = matches!(
            one.request.operation,
            OperationKind::ResendCode | OperationKind::ChooseChannel
        );
        again
            && one.session == sign_in.session
            && one.asked > sign_in.asked
            && end.is_none_or(|end| one.asked < end)
            && one.observed.class == Some(RejectionClass::RateLimited)
    })
}

/// Whether a refusal is not just for now: it names no time to try again, and nothing more was
/// granted later. A pause between two messages is no limit on their number.
fn is_for_good(story: &Story<'_>, sign_in: &Exchange<'_>, refused: &Exchange<'_>) -> bool {
    let end = next_sign_in(story, sign_in);
    let later = story.code_requests().any(|one| {
        one.session == sign_in.session
            && one.asked > refused.asked
            && end.is_none_or(|end| one.asked < end)
            && one.observed.reply == ReplyKind::CodeRequired
    });
    refused.observed.retry_after_ms.is_none() && !later
}

pub(super) static RESEND: Requirement = Requirement {
    id: "claims.resend",
    text: "A resend does to the code before it what the subject declares.",
    judge: resend,
    ..CLAIM
};

fn resend(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let Some(policy) = story.declared.resend else { return Finding::Untested };
    for exchange in story.asks(OperationKind::ResendCode) {
        let Some((older, newer)) = around(&story, exchange) else { continue };
        let evidence = vec![older.entry, exchange.asked, exchange.answered, newer.entry];
        match (policy, older.code == newer.code) {
            (Resend::Reuse, true) | (Resend::Rotate | Resend::Both, false) => tally.kept(evidence),
            (Resend::Reuse, false) => {
                tally.broken("the same code again, as declared", "another one came", evidence);
            }
            (Resend::Rotate | Resend::Both, true) => {
                tally.broken("a new code, as declared", "the same one came again", evidence);
            }
        }
        if older.code != newer.code {
            older_after_newer(entries, &story, (policy, older, newer), &mut tally);
        }
    }
    tally.finding()
}

/// The last message with a code before a resend in the same sign-in, and the one that it brought.
fn around<'s, 'a>(
    story: &'s Story<'a>,
    resend: &Exchange<'a>,
) -> Option<(&'s Arrival<'a>, &'s Arrival<'a>)> {
    let newer = story.arrivals.iter().find(|arrival| {
        let cause = story.cause(arrival).map(|cause| cause.asked);
        arrival.code.is_some() && cause == Some(resend.asked)
    })?;
    let mut earlier = story.earlier(resend.session, resend.asked);
    let begun = earlier.find(|one| one.request.operation == OperationKind::SignIn)?.asked;
    let older = story.arrivals.iter().rev().find(|arrival| {
        arrival.code.is_some()
            && arrival.person == newer.person
            && arrival.entry < resend.asked
            && story
                .cause(arrival)
                .is_some_and(|cause| cause.session == resend.session && cause.asked >= begun)
    })?;
    Some((older, newer))
}

/// What became of the older code when it was typed after the newer one had come.
fn older_after_newer(
    entries: &[Entry],
    story: &Story<'_>,
    (policy, older, newer): (Resend, &Arrival<'_>, &Arrival<'_>),
    tally: &mut Tally,
) {
    let session = story.cause(newer).map(|cause| cause.session);
    for submission in story.submissions().iter().filter(|one| {
        Some(one.code) == older.code && one.first_use && one.exchange.asked > newer.entry
    }) {
        let is_plain = !submission.is_odd() && !is_raced(entries, submission.exchange);
        if Some(submission.exchange.session) != session
            || !is_plain
            || !story.awaited(submission.exchange)
        {
            continue;
        }
        let mut evidence = vec![older.entry, newer.entry];
        evidence.extend(submission.evidence());
        let is_young = submission.exchange.at - older.at < YOUNG;
        match (policy, submission.accepted) {
            (Resend::Rotate, true) => {
                let expected = "the older code is dead, as declared";
                tally.broken(expected, submission.said(), evidence);
            }
            (Resend::Rotate, false) | (Resend::Both, true) => tally.kept(evidence),
            (Resend::Both, false) if is_young && is_superseded(story, submission) => {
                let expected = "the older code lives on, as declared";
                tally.broken(expected, submission.said(), evidence);
            }
            (Resend::Both, false) | (Resend::Reuse, _) => {}
        }
    }
}

fn is_superseded(story: &Story<'_>, submission: &Submission<'_, '_>) -> bool {
    let superseded = submission.exchange.observed.class == Some(RejectionClass::CodeSuperseded);
    (superseded || is_about_the_code(submission)) && is_untroubled(story, submission)
}
