//! Tokens that answer challenges: RFC 6287.

use crate::conformance::story::{Exchange, Story, Tally, accepts};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::journal::{Entry, KeyFacts};

const OCRA: &str = "RFC 6287";

pub(super) static CHALLENGE_FRESH: Requirement = Requirement {
    id: "ocra.challenge-fresh",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by RFC 6287 §8.2: a challenge that comes back lets its response be replayed",
    text: "A challenge that was answered is not asked again.",
    judge: challenge_fresh,
    reading: Reading::Own,
    weakness: Some(330),
    ..Requirement::PLAIN
};

/// The sign-ins that ask a challenge; a page that is shown again may ask the same one.
fn challenges<'s, 'a>(story: &'s Story<'a>) -> impl Iterator<Item = (&'s Exchange<'a>, &'a str)> {
    story
        .asks(OperationKind::SignIn)
        .filter_map(|exchange| Some((exchange, exchange.observed.challenge.as_deref()?)))
}

fn challenge_fresh(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let mut earlier: Vec<(&Exchange<'_>, &str)> = Vec::new();
    for (exchange, challenge) in challenges(&story) {
        let same: Vec<_> = earlier.iter().filter(|(_, other)| *other == challenge).collect();
        let spent = same.iter().find(|(first, _)| was_answered(&story, first, exchange));
        if let Some((first, _)) = spent {
            let evidence = vec![first.answered, exchange.asked, exchange.answered];
            tally.broken("a new challenge", "the same one again", evidence);
        } else if let Some((last, _)) = earlier.last().filter(|_| same.is_empty()) {
            tally.kept([last.answered, exchange.answered]);
        }
        earlier.push((exchange, challenge));
    }
    tally.finding()
}

/// Whether a response to the challenge of `first` was accepted before `again`: one that nobody
/// answered may be asked once more.
fn was_answered(story: &Story<'_>, first: &Exchange<'_>, again: &Exchange<'_>) -> bool {
    story.asks(OperationKind::SubmitCode).any(|one| {
        one.session == first.session
            && one.asked > first.answered
            && one.answered < again.asked
            && accepts(one.observed.reply)
    })
}

pub(super) static CHALLENGE_LENGTH: Requirement = Requirement {
    id: "ocra.challenge-length",
    level: Level::Must,
    source: OCRA,
    clause: "§5.1",
    text: "A challenge is at least as long as the response has digits.",
    judge: challenge_length,
    profiles: &["rfc-otp"],
    reading: Reading::Excerpt,
    weakness: Some(334),
    ..Requirement::PLAIN
};

/// The key of `person` that answers challenges, as shown last before `exchange`.
fn key_of<'a>(story: &Story<'a>, exchange: &Exchange<'a>) -> Option<&'a KeyFacts> {
    let shown = story
        .asks(OperationKind::BeginEnrolment)
        .filter(|one| one.person == exchange.person && one.answered < exchange.answered);
    shown
        .filter_map(|one| one.observed.offered.as_ref()?.key.as_ref())
        .filter(|key| key.suite.is_some())
        .last()
}

fn challenge_length(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for (exchange, challenge) in challenges(&story) {
        let Some(key) = key_of(&story, exchange) else { continue };
        let length = u32::try_from(challenge.len()).unwrap_or(u32::MAX);
        if length >= key.digits {
            tally.kept([exchange.answered]);
        } else {
            let expected = format!("{} characters or more", key.digits);
            tally.broken(expected, format!("{length} characters"), exchange.evidence());
        }
    }
    tally.finding()
}

pub(super) static CHALLENGE_SINGLE_USE: Requirement = Requirement {
    id: "ocra.challenge-single-use",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by \"one-time\"; RFC 6287 leaves it to the application",
    text: "A response that was accepted once is not accepted again.",
    judge: challenge_single_use,
    reading: Reading::Own,
    weakness: Some(294),
    ..Requirement::PLAIN
};

fn challenge_single_use(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions().into_iter().filter(|one| one.accepted_before) {
        let Some(making) = story.making(submission.code) else { continue };
        if making.act != "respond" || !story.awaited(submission.exchange) {
            continue;
        }
        let mut evidence = vec![making.entry];
        evidence.extend(submission.evidence());
        if submission.accepted {
            tally.broken("the spent response is refused", submission.said(), evidence);
        } else if submission.exchange.observed.reply == ReplyKind::Rejected {
            tally.kept(evidence);
        }
    }
    tally.finding()
}
