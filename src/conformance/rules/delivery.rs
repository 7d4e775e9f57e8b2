//! Messages: to whom, over which channel, how often, with what.

use crate::conformance::story::{Arrival, Exchange, Story, Tally};
use crate::conformance::{Finding, Level, Requirement};
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::journal::{Entry, EntryId};

const OURS: &str = "Fobwatch";

/// The answers that promise a message with a code.
fn promises<'s, 'a>(story: &'s Story<'a>) -> impl Iterator<Item = &'s Exchange<'a>> {
    story.exchanges.iter().filter(|exchange| {
        exchange.observed.reply == ReplyKind::CodeRequired
            && exchange.person.is_some()
            && matches!(
                exchange.request.operation,
                OperationKind::SignIn | OperationKind::ChooseChannel | OperationKind::ResendCode
            )
    })
}

pub(super) static RIGHT_RECIPIENT: Requirement = Requirement {
    id: "delivery.right-recipient",
    level: Level::Must,
    source: OURS,
    clause: "implied by the guide's introduction",
    text: "A code goes to the person who signs in and to nobody else.",
    judge: right_recipient,
    weakness: Some(200),
    ..Requirement::PLAIN
};

fn right_recipient(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for promise in promises(&story) {
        for arrival in story.codes_after(promise) {
            let mut evidence = promise.evidence();
            evidence.push(arrival.entry);
            // Whoever asked for a code before may be getting a late one of their own.
            let mut earlier = promises(&story).filter(|one| one.asked < arrival.entry);
            let uninvited = !earlier.any(|one| one.person == Some(arrival.person));
            if promise.person == Some(arrival.person) {
                tally.kept(evidence);
            } else if uninvited {
                let expected = format!("a code for {}", promise.person.unwrap_or_default());
                tally.broken(expected, format!("a code came to {}", arrival.person), evidence);
            }
        }
    }
    tally.finding()
}

pub(super) static RIGHT_CHANNEL: Requirement = Requirement {
    id: "delivery.right-channel",
    level: Level::Must,
    source: OURS,
    clause: "implied by steps 2 and 3 of the guide",
    text: "A code comes over the channel that the page names.",
    judge: right_channel,
    ..Requirement::PLAIN
};

fn right_channel(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for promise in promises(&story) {
        let Some(channel) = promise.observed.channel else { continue };
        let own = |one: &&Arrival<'_>| Some(one.person) == promise.person;
        let codes: Vec<_> = story.codes_after(promise).into_iter().filter(own).collect();
        let Some(first) = codes.first() else { continue };
        let mut evidence = promise.evidence();
        if let Some(right) = codes.iter().find(|arrival| arrival.channel == channel) {
            evidence.push(right.entry);
            tally.kept(evidence);
        } else if !asked_before(&story, promise) {
            evidence.push(first.entry);
            let expected = format!("a code by {channel}, as the page says");
            tally.broken(expected, format!("it came by {}", first.channel), evidence);
        }
    }
    tally.finding()
}

/// Whether an earlier request of the same person, over another channel than `promise` names, may
/// still have a message under way.
fn asked_before(story: &Story<'_>, promise: &Exchange<'_>) -> bool {
    promises(story).any(|earlier| {
        earlier.answered < promise.asked
            && earlier.person == promise.person
            && earlier.observed.channel != promise.observed.channel
            && !story.codes_after(earlier).iter().any(|one| Some(one.person) == earlier.person)
    })
}

pub(super) static ONCE: Requirement = Requirement {
    id: "delivery.once",
    level: Level::Should,
    source: OURS,
    clause: "implied by step 3 of the guide: a one-time PIN",
    text: "One request sends one message with a code.",
    judge: once,
    weakness: Some(799),
    ..Requirement::PLAIN
};

fn once(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for promise in promises(&story) {
        let own = |one: &&Arrival<'_>| Some(one.person) == promise.person;
        let codes: Vec<_> = story.codes_after(promise).into_iter().filter(own).collect();
        let Some(first) = codes.first() else { continue };
        // Whoever was not told that a message was taken may well send it again.
        if story.mishaps_of(promise).iter().any(|mishap| mishap.what.told_sender()) {
            continue;
        }
        let mut evidence = promise.evidence();
        evidence.extend(codes.iter().map(|arrival| arrival.entry));
        // Different codes may answer different requests; the same one more often than it was asked
        // for cannot. Who derives codes from the time answers several with one.
        let same = codes.iter().filter(|arrival| arrival.code == first.code).count();
        if same > under_way(&story, promise) {
            let seen = format!("{} messages with the same code", codes.len());
            tally.broken("one message with a code", seen, evidence);
        } else if let Some(wait) = waited_for_another(&story, promise, first) {
            evidence.push(wait);
            tally.kept(evidence);
        }
    }
    tally.finding()
}

/// How many requests of the person were under way while `promise` was, itself included: a message
/// after the answer may be that of any of them.
fn under_way(story: &Story<'_>, promise: &Exchange<'_>) -> usize {
    let at_once = story.code_requests().filter(|other| {
        other.person == promise.person
            && other.asked < promise.answered
            && other.answered > promise.asked
    });
    at_once.count()
}

/// A wait in vain for another message than `first`, before anybody asked for more: only that shows
/// that none came, for messages may leave after the answer.
fn waited_for_another(
    story: &Story<'_>,
    promise: &Exchange<'_>,
    first: &Arrival<'_>,
) -> Option<EntryId> {
    let mut waits = story
        .waits
        .iter()
        .filter(|wait| wait.person == first.person && wait.channel == first.channel && !wait.came);
    let wait = waits.find(|wait| wait.entry > first.entry && story.follows(promise, wait.entry))?;
    Some(wait.entry)
}

pub(super) static CODE_IN_MESSAGE: Requirement = Requirement {
    id: "delivery.code-in-message",
    level: Level::Must,
    source: OURS,
    clause: "implied by step 3 of the guide",
    text: "The message that a sign-in announces has a code that can be told from the rest.",
    judge: code_in_message,
    ..Requirement::PLAIN
};

fn code_in_message(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for promise in promises(&story) {
        let mut came = story.arrivals.iter().filter(|arrival| {
            Some(arrival.person) == promise.person
                && Some(arrival.channel) == promise.observed.channel
                && story.follows(promise, arrival.sent)
        });
        let Some(first) = came.next() else { continue };
        let coded = std::iter::once(first).chain(came).find(|arrival| arrival.code.is_some());
        let mut evidence = promise.evidence();
        evidence.push(coded.unwrap_or(first).entry);
        if coded.is_some() {
            tally.kept(evidence);
        } else if let Some(wait) = waited_for_another(&story, promise, first) {
            // What came may have been a notice, and the code be on its way.
            evidence.push(wait);
            tally.broken("a message with a code", "no code can be found in it", evidence);
        }
    }
    tally.finding()
}
