//! Races: what several requests at once must not win. A sequential test passes all of these.

use super::lockout::proven_limit;
use crate::conformance::story::{Exchange, Story, Tally, accepts, is_about_code};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::device::OutcomeKind;
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::journal::{Entry, EntryId, Mark};
use std::collections::BTreeSet;

const SOURCE: &str = "Fobwatch";

pub(super) static ONE_CODE_ONE_WINNER: Requirement = Requirement {
    id: "race.one-code-one-winner",
    level: Level::Must,
    source: SOURCE,
    clause: "NIST SP 800-63B-4 §3.1.3.2, a secret is accepted once, seen from two requests at once",
    text: "One delivered code from several browsers at the same time lets at most one of them in.",
    judge: |entries| one_winner(entries, |story, code| story.delivery(code).is_some()),
    reading: Reading::Draft,
    profiles: &["guide", "nist-aal2", "wstg-mfa"],
    weakness: Some(362),
    ..Requirement::PLAIN
};

pub(super) static ONE_TOKEN_CODE_ONE_WINNER: Requirement = Requirement {
    id: "race.one-token-code-one-winner",
    level: Level::Must,
    source: SOURCE,
    clause: "RFC 6238 §5.2, no second acceptance, seen from two requests at once",
    text: "One code of a token from several browsers at the same time lets at most one of them in.",
    judge: |entries| {
        let made = |story: &Story<'_>, code| {
            story.delivery(code).is_none() && story.making(code).is_some()
        };
        one_winner(entries, made)
    },
    profiles: &["guide", "rfc-otp", "wstg-mfa"],
    weakness: Some(362),
    ..Requirement::PLAIN
};

/// Decides by browsers: to one that sends its code twice a sound server may show the page that it
/// has reached, and nothing is gained.
fn one_winner(entries: &[Entry], is_meant: impl Fn(&Story<'_>, Mark) -> bool) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for wave in &story.waves {
        let submitted: Vec<&Exchange<'_>> = in_wave(&story, wave)
            .filter(|one| one.request.operation == OperationKind::SubmitCode)
            .filter(|one| story.awaited(one) && one.request.written.is_none())
            .collect();
        let Some(code) = submitted.first().and_then(|one| one.request.code) else { continue };
        let same = submitted.iter().all(|one| one.request.code == Some(code));
        let browsers = sessions(submitted.iter().copied());
        if browsers.len() < 2 || !same || !is_meant(&story, code) {
            continue;
        }
        let accepted = submitted.iter().copied().filter(|one| accepts(one.observed.reply));
        let winners = sessions(accepted);
        let evidence: Vec<EntryId> = submitted.iter().map(|one| one.answered).collect();
        if winners.len() > 1 {
            let seen = format!("{} of {} browsers were let in", winners.len(), browsers.len());
            tally.broken("at most one browser is let in", seen, evidence);
        } else if winners.len() == 1 {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

fn sessions<'s, 'a: 's>(of: impl Iterator<Item = &'s Exchange<'a>>) -> BTreeSet<&'a str> {
    of.map(|one| one.session).collect()
}

fn in_wave<'s, 'a>(
    story: &'s Story<'a>,
    wave: &'s [EntryId],
) -> impl Iterator<Item = &'s Exchange<'a>> {
    story.exchanges.iter().filter(|one| wave.contains(&one.asked))
}

pub(super) static EVERY_GUESS_COUNTS: Requirement = Requirement {
    id: "race.every-guess-counts",
    level: Level::Must,
    source: SOURCE,
    clause: "RFC 4226 §7.3, the limit works across sessions, seen from parallel guesses",
    text: "Wrong codes that come at the same time count as many as they are.",
    judge: every_guess_counts,
    profiles: &["guide", "rfc-otp", "wstg-mfa"],
    weakness: Some(362),
    ..Requirement::PLAIN
};

fn every_guess_counts(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let Some(limit) = proven_limit(&story) else { return Finding::Untested };
    let submissions = story.submissions();
    for wave in &story.waves {
        let wrong: Vec<&Exchange<'_>> = in_wave(&story, wave)
            .filter(|one| one.request.operation == OperationKind::SubmitCode && one.is_rejected())
            .collect();
        let Some(person) = wrong.first().and_then(|one| one.person) else { continue };
        if wrong.len() < limit.refusals || wrong.iter().any(|one| one.person != Some(person)) {
            continue;
        }
        let last = wrong.iter().map(|one| one.answered).max();
        // A server that looks at one code at a time may refuse the others unseen, and `denied` may
        // be its word for that too: only what is about the code was surely a guess.
        let is_guess = |one: &&&Exchange<'_>| one.observed.class.is_some_and(is_about_code);
        let guesses = wrong.iter().filter(is_guess).count();
        let next = submissions.iter().find(|one| {
            one.person == person && Some(one.exchange.asked) > last && story.is_telling(one)
        });
        let Some(next) = next else { continue };
        let mut evidence = limit.evidence.clone();
        evidence.extend(last);
        evidence.extend(next.evidence());
        if !next.accepted {
            tally.kept(evidence);
        } else if guesses >= limit.refusals {
            let expected = format!("refused: {} wrong codes lock an account here", limit.refusals);
            let seen = format!("after {guesses} wrong ones at once the right one passed");
            tally.broken(expected, seen, evidence);
        }
    }
    tally.finding()
}

pub(super) static ONE_ACTIVATION_ONE_WINNER: Requirement = Requirement {
    id: "race.one-activation-one-winner",
    level: Level::Must,
    source: SOURCE,
    clause: "NIST SP 800-63B-4 §4.1.2.2, a binding code is used once, seen from two devices at once",
    text: "Of several devices that present the same material at the same time at most one is activated.",
    judge: one_activation_one_winner,
    reading: Reading::Draft,
    profiles: &["guide", "nist-aal2"],
    weakness: Some(362),
    ..Requirement::PLAIN
};

fn one_activation_one_winner(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for wave in &story.device_waves {
        let acts = story.acts.iter().filter(|one| wave.contains(&one.entry));
        let tried: Vec<_> = acts.filter(|one| one.act == "activate").collect();
        let material = |device: &str| {
            let mut scanned = story.acts.iter().rev();
            scanned.find(|one| one.device == device && one.act == "scan").and_then(|one| one.given)
        };
        let same = tried.windows(2).all(|pair| {
            let (one, other) = (material(pair[0].device), material(pair[1].device));
            one.is_some() && one == other
        });
        if tried.len() < 2 || !same {
            continue;
        }
        let activated = tried.iter().filter(|one| one.outcome == OutcomeKind::Activated).count();
        let evidence: Vec<EntryId> = tried.iter().map(|one| one.entry).collect();
        if activated > 1 {
            let seen = format!("{activated} of {} devices were activated", tried.len());
            tally.broken("at most one device is activated", seen, evidence);
        } else if activated == 1 {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static MESSAGES_STAY_LIMITED: Requirement = Requirement {
    id: "race.messages-stay-limited",
    level: Level::Should,
    source: SOURCE,
    clause: "implied by a limit on messages, seen from requests at once",
    text: "Asking for messages at the same time brings no more of them than asking in turn.",
    judge: messages_stay_limited,
    reading: Reading::Own,
    weakness: Some(362),
    ..Requirement::PLAIN
};

fn messages_stay_limited(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    // What one sign-in may ask for is shown by another one of the same scenario, in turn.
    let in_turn = |session: &str| {
        let waves = |one: &Exchange<'_>| story.waves.iter().any(|wave| wave.contains(&one.asked));
        let asked: Vec<_> = story
            .asks(OperationKind::ResendCode)
            .filter(|one| one.session == session && !waves(one))
            .collect();
        let sent =
            asked.iter().take_while(|one| one.observed.reply == ReplyKind::CodeRequired).count();
        (sent < asked.len()).then_some(sent)
    };
    let known = story.exchanges.iter().find_map(|one| in_turn(one.session));
    let Some(limit) = known else { return Finding::Untested };
    for wave in &story.waves {
        let asked: Vec<&Exchange<'_>> = in_wave(&story, wave)
            .filter(|one| one.request.operation == OperationKind::ResendCode)
            .collect();
        if asked.len() <= limit {
            continue;
        }
        let came = messages_of(&story, &asked);
        let mut evidence: Vec<EntryId> = asked.iter().map(|one| one.answered).collect();
        if came.len() > limit {
            let seen = format!("{} requests at once brought {} messages", asked.len(), came.len());
            evidence.extend(came);
            tally.broken(format!("at most {limit}, as in turn"), seen, evidence);
        } else if asked.iter().any(|one| one.is_rejected()) || came.len() == limit {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

/// The messages with a code that requests put at once brought their person, until the next request
/// of that person: an answer may promise a message that is never sent, or is sent for several.
fn messages_of(story: &Story<'_>, asked: &[&Exchange<'_>]) -> Vec<EntryId> {
    let first = asked.iter().map(|one| one.asked).min();
    let last = asked.iter().map(|one| one.asked).max();
    let person = asked.first().and_then(|one| one.person);
    let mut later = story.code_requests().filter(|one| one.person == person);
    let until = later.find(|one| Some(one.asked) > last).map(|one| one.asked);
    let came = story.arrivals.iter().filter(|one| {
        one.code.is_some()
            && Some(one.person) == person
            && Some(one.sent) > first
            && until.is_none_or(|until| one.sent < until)
    });
    came.map(|one| one.entry).collect()
}
