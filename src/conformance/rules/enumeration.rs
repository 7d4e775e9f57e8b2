//! Whether answers tell who exists: by class, status, headers and the shape of the body. Time is
//! no evidence of a journal; `fobwatch measure` compares it.

use crate::conformance::story::{Exchange, Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::RejectionClass;
use crate::domain::operation::OperationKind;
use crate::journal::Entry;

pub(super) static UNKNOWN_USER_ALIKE: Requirement = Requirement {
    id: "privacy.unknown-user-alike",
    level: Level::Must,
    source: "OWASP ASVS 5.0",
    clause: "6.3.8",
    text: "A wrong password and an unknown name are refused in the same way: class, status, \
           headers and shape of the answer.",
    judge: unknown_user_alike,
    profiles: &["guide", "asvs-l3", "wstg-mfa"],
    weakness: Some(204),
    ..Requirement::PLAIN
};

fn unknown_user_alike(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let refused: Vec<&Exchange<'_>> = story
        .asks(OperationKind::SignIn)
        .filter(|one| one.is_rejected() && !is_barred(one))
        .collect();
    let strangers = refused.iter().filter(|one| story.is_stranger(one.person));
    let known: Vec<_> = refused.iter().filter(|one| has_wrong_password(&story, one)).collect();
    for stranger in strangers {
        // A browser's first answer sets a cookie, and counts begin with it: like with like.
        let nth = nth(&story, stranger);
        for known in known.iter().filter(|known| self::nth(&story, known) == nth) {
            let mut evidence = known.evidence();
            evidence.extend(stranger.evidence());
            match difference(known, stranger) {
                Some(difference) => {
                    tally.broken("the same answer to both", difference, evidence);
                }
                None => tally.kept(evidence),
            }
        }
    }
    tally.finding()
}

/// Whether a known person's password was wrong, as far as we made it: a right one may be refused
/// for other reasons, ours among them.
fn has_wrong_password(story: &Story<'_>, exchange: &Exchange<'_>) -> bool {
    let mut made = story.asks(OperationKind::Provision).filter(|one| one.person == exchange.person);
    let right = made.next().and_then(|one| one.request.password);
    matches!((right, exchange.request.password), (Some(right), Some(typed)) if right != typed)
}

/// How many answers the browser had had before.
fn nth(story: &Story<'_>, exchange: &Exchange<'_>) -> usize {
    story.earlier(exchange.session, exchange.asked).count()
}

/// What differs between two refusals, outwardly.
fn difference(known: &Exchange<'_>, stranger: &Exchange<'_>) -> Option<String> {
    if known.observed.class != stranger.observed.class {
        let word =
            |one: &Exchange<'_>| one.observed.class.map_or("?".to_owned(), |c| c.to_string());
        return Some(format!("known: refused as {}, unknown: as {}", word(known), word(stranger)));
    }
    let (known, stranger) = (known.form?, stranger.form?);
    if known.status != stranger.status {
        return Some(format!("known: status {}, unknown: {}", known.status, stranger.status));
    }
    if known.headers != stranger.headers {
        let odd = |one: &[String], other: &[String]| {
            let only: Vec<&str> =
                one.iter().filter(|name| !other.contains(name)).map(String::as_str).collect();
            only.join(", ")
        };
        let (one, other) =
            (odd(&known.headers, &stranger.headers), odd(&stranger.headers, &known.headers));
        return Some(format!("headers only for known: [{one}], only for unknown: [{other}]"));
    }
    (known.body != stranger.body)
        .then(|| format!("known: {}, unknown: {}", known.body, stranger.body))
}

fn is_barred(exchange: &Exchange<'_>) -> bool {
    matches!(exchange.observed.class, Some(RejectionClass::Locked | RejectionClass::RateLimited))
}

pub(super) static UNKNOWN_USER_LOCKS_ALIKE: Requirement = Requirement {
    id: "privacy.unknown-user-locks-alike",
    level: Level::Should,
    source: "OWASP ASVS 5.0",
    clause: "6.3.8, implied for the answer after too many wrong passwords",
    text: "After equally many wrong passwords an unknown name is answered as a known one is.",
    judge: unknown_user_locks_alike,
    profiles: &["guide", "asvs-l3"],
    reading: Reading::Own,
    weakness: Some(204),
    ..Requirement::PLAIN
};

fn unknown_user_locks_alike(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let people: Vec<&str> = story.people.iter().map(|person| person.name).collect();
    let series = |person: &str| -> Vec<&Exchange<'_>> {
        story
            .asks(OperationKind::SignIn)
            .filter(|one| one.person == Some(person))
            .take_while(|one| one.is_rejected())
            .take_while(|one| story.is_stranger(one.person) || has_wrong_password(&story, one))
            .collect()
    };
    let (strangers, known): (Vec<&str>, Vec<&str>) =
        people.into_iter().partition(|person| story.is_stranger(Some(person)));
    for stranger in strangers {
        for person in &known {
            let (theirs, own) = (series(stranger), series(person));
            for (one, other) in own.iter().zip(&theirs) {
                if !is_barred(one) && !is_barred(other) {
                    continue;
                }
                let mut evidence = one.evidence();
                evidence.extend(other.evidence());
                match difference(one, other) {
                    Some(seen) => tally.broken("the same answer to both", seen, evidence),
                    None => tally.kept(evidence),
                }
            }
        }
    }
    tally.finding()
}
