//! How many messages one may cause: each costs money, patience, and one more chance to guess.

use crate::conformance::story::{Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::journal::{Entry, EntryId};
use std::time::Duration;

/// More resends than this in one sign-in no person needs; every real limit we know is lower.
const RESENDS: usize = 20;

/// More messages than this in an hour no person needs.
const HOURLY: usize = 50;

pub(super) static CODE_REQUESTS_LIMITED: Requirement = Requirement {
    id: "asvs.code-requests-limited",
    level: Level::Must,
    source: "OWASP ASVS 5.0",
    clause: "6.6.3",
    text: "One sign-in cannot ask for messages without end: twenty resends are too many.",
    judge: code_requests_limited,
    profiles: &["guide", "asvs-l2", "wstg-mfa"],
    weakness: Some(799),
    ..Requirement::PLAIN
};

fn code_requests_limited(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let mut sessions: Vec<(&str, Vec<EntryId>)> = Vec::new();
    for exchange in &story.exchanges {
        let place = sessions.iter().position(|(name, _)| *name == exchange.session);
        match (exchange.request.operation, exchange.observed.reply) {
            (OperationKind::SignIn, _) => sessions.retain(|(name, _)| *name != exchange.session),
            (OperationKind::ResendCode, ReplyKind::CodeRequired) => {
                let place = place.unwrap_or_else(|| {
                    sessions.push((exchange.session, Vec::new()));
                    sessions.len() - 1
                });
                sessions[place].1.push(exchange.answered);
                if sessions[place].1.len() > RESENDS {
                    let seen = format!("{} resends were granted", sessions[place].1.len());
                    tally.broken("a limit", seen, sessions[place].1.clone());
                }
            }
            (OperationKind::ResendCode, ReplyKind::Rejected) if place.is_some() => {
                tally.kept(exchange.evidence());
            }
            _ => {}
        }
    }
    tally.finding()
}

pub(super) static LIMITED_ACROSS_SIGN_INS: Requirement = Requirement {
    id: "code.requests-limited-across-sign-ins",
    level: Level::Should,
    source: "OWASP ASVS 5.0",
    clause: "6.6.3, seen over many sign-ins",
    text: "Nobody is sent more than fifty codes in an hour, however often somebody signs in.",
    judge: limited_across_sign_ins,
    profiles: &["guide", "asvs-l2"],
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
        let refused = asked.filter(|one| one.is_rejected()).last();
        if let (Some(refused), true) = (refused, sent.len() >= 5) {
            tally.kept(refused.evidence());
        }
    }
    tally.finding()
}
