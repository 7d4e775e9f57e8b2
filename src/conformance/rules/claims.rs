//! Declared parameters: what a subject says of itself is what it does.
//!
//! Nothing is owed where nothing is declared. A claim is broken only by what no other rule
//! explains: `fobwatch measure` looks for the value itself.

use super::code::{asked_at, newest_delivery};
use crate::conformance::story::{Arrival, Exchange, Story, Submission, Tally};
use crate::conformance::{Finding, Reading, Requirement};
use crate::domain::RejectionClass;
use crate::domain::device::Reason;
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::journal::{Alphabet, Entry, EntryId, Event};
use std::time::Duration;

/// What all claims have in common.
pub(super) const CLAIM: Requirement = Requirement {
    source: "Fobwatch",
    clause: "a declared parameter is what the subject does",
    reading: Reading::Own,
    ..Requirement::PLAIN
};

/// Clocks are read apart from each other, and declared in whole seconds.
const SLACK: Duration = Duration::from_secs(1);

pub(super) static CODE_DIGITS: Requirement = Requirement {
    id: "claims.code-digits",
    text: "A delivered code has as many digits as the subject declares.",
    judge: code_digits,
    ..CLAIM
};

fn code_digits(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let Some(digits) = story.declared.code_digits else { return Finding::Untested };
    let origin = |one: &Submission<'_, '_>| story.delivery(one.code).map(|brought| brought.entry);
    length_is(&story, digits, origin)
}

pub(super) static TOKEN_DIGITS: Requirement = Requirement {
    id: "claims.token-digits",
    text: "A code of the token has as many digits as the subject declares.",
    judge: token_digits,
    ..CLAIM
};

fn token_digits(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let Some(digits) = story.declared.token_digits else { return Finding::Untested };
    let origin = |one: &Submission<'_, '_>| match story.delivery(one.code) {
        Some(_) => None,
        // How long the answer to a challenge is, its suite says (RFC 6287 §6.1).
        None => story
            .making(one.code)
            .filter(|making| making.act == "read_code")
            .map(|making| making.entry),
    };
    length_is(&story, digits, origin)
}

/// Decides by accepted codes only: of others nobody knows whether they are codes.
fn length_is(
    story: &Story<'_>,
    digits: u32,
    origin: impl Fn(&Submission<'_, '_>) -> Option<EntryId>,
) -> Finding {
    let mut tally = Tally::default();
    for submission in story.submissions().iter().filter(|one| one.accepted && !one.is_odd()) {
        let (Some(origin), Some(shape)) = (origin(submission), submission.code.shape) else {
            continue;
        };
        if shape.alphabet != Alphabet::Digits {
            continue;
        }
        let mut evidence = vec![origin];
        evidence.extend(submission.evidence());
        if shape.length == digits {
            tally.kept(evidence);
        } else {
            let seen = format!("a code of {} characters was accepted", shape.length);
            tally.broken(format!("{digits} digits, as declared"), seen, evidence);
        }
    }
    tally.finding()
}

pub(super) static CODE_LIFETIME: Requirement = Requirement {
    id: "claims.code-lifetime",
    text: "A delivered code lives as long as the subject declares.",
    judge: code_lifetime,
    ..CLAIM
};

fn code_lifetime(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let Some(lifetime) = story.declared.code_lifetime() else { return Finding::Untested };
    for submission in story.submissions().iter().filter(|one| one.first_use && !one.is_odd()) {
        let Some(delivery) = newest_delivery(&story, submission) else { continue };
        let Some(cause) = story.cause(delivery) else { continue };
        if cause.person != Some(submission.person) || !story.awaited(submission.exchange) {
            continue;
        }
        let age = Age {
            least: asked_at(entries, submission.exchange) - delivery.at,
            most: submission.exchange.at - asked_at(entries, cause),
        };
        let fate = if submission.accepted {
            Fate::Lives
        } else if is_about_the_code(submission) && stands_alone(&story, submission, delivery) {
            Fate::Dead
        } else {
            continue;
        };
        let mut evidence = vec![delivery.entry];
        evidence.extend(submission.evidence());
        age.compare((lifetime, fate), &submission.said(), evidence, &mut tally);
    }
    tally.finding()
}

/// Whether a refusal is, by its own words, about the code and not about session or account.
pub(super) fn is_about_the_code(submission: &Submission<'_, '_>) -> bool {
    matches!(
        submission.exchange.observed.class,
        Some(RejectionClass::CodeInvalid | RejectionClass::CodeExpired)
    )
}

/// Whether nothing but its age speaks against a delivered code: it came once, none was promised
/// after it, nothing befell a message since, and its person had never been refused anything.
fn stands_alone(
    story: &Story<'_>,
    submission: &Submission<'_, '_>,
    delivery: &Arrival<'_>,
) -> bool {
    let mut brought = story.arrivals.iter().filter(|one| one.code == delivery.code);
    let cause = story.cause(delivery).map(|cause| cause.asked);
    let since = |entry: EntryId| entry > delivery.sent && entry < submission.exchange.asked;
    let replaced = story.code_requests().any(|one| {
        one.person == Some(submission.person)
            && Some(one.asked) > cause
            && one.asked < submission.exchange.asked
            && one.observed.reply == ReplyKind::CodeRequired
    });
    let mut mishaps = story.mishaps.iter();
    let clouded = mishaps.any(|one| one.person == submission.person && since(one.entry));
    brought.nth(1).is_none() && !replaced && !clouded && is_untroubled(story, submission)
}

pub(super) fn is_untroubled(story: &Story<'_>, submission: &Submission<'_, '_>) -> bool {
    !story.exchanges.iter().any(|one| {
        one.person == Some(submission.person)
            && one.answered < submission.exchange.asked
            && one.is_rejected()
    })
}

/// How old something was when it was used, at least and at most: delivery and answers take time.
struct Age {
    least: Duration,
    most: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Lives,
    Dead,
}

impl Age {
    /// Holds the age at which something was still alive, or already dead, against the declared
    /// lifetime.
    fn compare(
        &self,
        (lifetime, fate): (Duration, Fate),
        said: &str,
        evidence: Vec<EntryId>,
        tally: &mut Tally,
    ) {
        let declared = lifetime.as_secs();
        let seen = |age: Duration| format!("{} s old: {said}", age.as_secs());
        match fate {
            Fate::Lives if self.least > lifetime + SLACK => {
                let expected = format!("refused: it lives for {declared} s, as declared");
                tally.broken(expected, seen(self.least), evidence);
            }
            Fate::Dead if self.most + SLACK < lifetime => {
                let expected = format!("accepted: it lives for {declared} s, as declared");
                tally.broken(expected, seen(self.most), evidence);
            }
            Fate::Lives if self.least * 2 < lifetime => {}
            Fate::Lives | Fate::Dead => tally.kept(evidence),
        }
    }
}

pub(super) static ATTEMPTS: Requirement = Requirement {
    id: "claims.attempts",
    text: "An account takes as many wrong codes in a row as the subject declares.",
    judge: attempts,
    ..CLAIM
};

fn attempts(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let Some(declared) = story.declared.attempts else { return Finding::Untested };
    let most = declared as usize;
    let submissions = story.submissions();
    let telling = submissions.iter().filter(|one| story.is_telling(one));
    for submission in telling.filter(|one| !is_raced(entries, one.exchange)) {
        let wrong = wrong_before(&story, &submissions, submission);
        let refused = submission.refused_before;
        let is_locked = submission.exchange.observed.class == Some(RejectionClass::Locked);
        if submission.accepted && wrong >= most {
            let expected = format!("locked after {declared} wrong codes in a row, as declared");
            let seen = format!("after {wrong} of them the right one was accepted");
            tally.broken(expected, seen, submission.evidence());
        } else if is_locked && refused < most && only_codes_failed(&story, submission) {
            let expected = format!("{declared} wrong codes in a row until a lock, as declared");
            let seen = format!("locked after {refused}");
            tally.broken(expected, seen, submission.evidence());
        } else if (submission.accepted && wrong > 0 && wrong + 1 == most)
            || (!submission.accepted && wrong == most)
        {
            tally.kept(submission.evidence());
        }
    }
    tally.finding()
}

/// The refusals in a row before `submission` whose codes were never anybody's.
fn wrong_before(
    story: &Story<'_>,
    submissions: &[Submission<'_, '_>],
    submission: &Submission<'_, '_>,
) -> usize {
    let Some(since) = submission.since else { return 0 };
    let counted = submissions.iter().filter(|one| {
        one.person == submission.person
            && one.exchange.answered >= since
            && one.exchange.answered < submission.exchange.asked
            && one.counted
            && !one.is_odd()
            && story.delivery(one.code).is_none()
            && story.making(one.code).is_none()
    });
    counted.count()
}

/// Whether the person was refused nothing but codes, written as they are: passwords may count too,
/// and so may what is no code at all.
fn only_codes_failed(story: &Story<'_>, submission: &Submission<'_, '_>) -> bool {
    let mut refused = story.exchanges.iter().filter(|one| {
        one.person == Some(submission.person)
            && one.answered < submission.exchange.asked
            && one.is_rejected()
    });
    refused.all(|one| {
        one.request.operation == OperationKind::SubmitCode && one.request.written.is_none()
    })
}

/// Whether a question was put together with others: the journal's order is then not the subject's.
pub(super) fn is_raced(entries: &[Entry], exchange: &Exchange<'_>) -> bool {
    entries.iter().any(|entry| match &entry.event {
        Event::AtOnce { asked, .. } => asked.contains(&exchange.asked),
        _ => false,
    })
}

pub(super) static TOKEN_WINDOW: Requirement = Requirement {
    id: "claims.token-window",
    text: "A code of the token may be as many steps late as the subject declares.",
    judge: token_window,
    ..CLAIM
};

fn token_window(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let Some(window) = story.declared.token_window.map(u64::from) else { return Finding::Untested };
    let submissions = story.submissions();
    for submission in submissions.iter().filter(|one| one.first_use && !one.is_odd()) {
        let Some(making) = story.making(submission.code) else { continue };
        let asked = submission.exchange.asked;
        let is_plain = making.owner == submission.person
            && story.is_plain(making.device, asked)
            && story.makes_time_codes(making);
        if !is_plain || !story.awaited(submission.exchange) {
            continue;
        }
        let period = story.period_of(making);
        let made = making.at.unix_seconds() / period;
        let step = |at: crate::domain::Moment| (at.unix_seconds() / period).saturating_sub(made);
        let least = step(asked_at(entries, submission.exchange));
        let most = step(submission.exchange.at);
        let mut evidence = vec![making.entry];
        evidence.extend(submission.evidence());
        let expected =
            |word: &str| format!("{word}: {window} steps late is the limit, as declared");
        if submission.accepted && least > window {
            let seen = format!("{least} steps late: {}", submission.said());
            tally.broken(expected("refused"), seen, evidence);
        } else if !submission.accepted && most <= window {
            if is_about_the_code(submission) && is_first_token_code(&story, submission) {
                let seen = format!("{most} steps late: {}", submission.said());
                tally.broken(expected("accepted"), seen, evidence);
            }
        } else if !submission.accepted || least == window {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

/// Whether no other code of a token can have made this one old: none was given before it.
fn is_first_token_code(story: &Story<'_>, submission: &Submission<'_, '_>) -> bool {
    let given = story.exchanges.iter().filter(|one| {
        one.person == Some(submission.person) && one.answered < submission.exchange.asked
    });
    let mut codes = given.filter_map(|one| one.request.code);
    let none = codes.all(|code| story.making(code).is_none());
    let enrolled = story.is_enrolled(submission.person, submission.exchange.asked);
    none && enrolled && is_untroubled(story, submission)
}

pub(super) static ACTIVATION_LIFETIME: Requirement = Requirement {
    id: "claims.activation-lifetime",
    text: "Activation material lives as long as the subject declares.",
    judge: activation_lifetime,
    ..CLAIM
};

fn activation_lifetime(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let Some(lifetime) = story.declared.activation_lifetime.map(Duration::from_secs) else {
        return Finding::Untested;
    };
    for act in story.acts.iter().filter(|act| act.act == "activate") {
        let scans = story.acts.iter().rev().filter(|one| one.entry < act.entry);
        let mut scans = scans.filter(|one| one.device == act.device && one.act == "scan");
        let Some(qr) = scans.find_map(|scan| scan.given) else { continue };
        let shown = story.asks(OperationKind::BeginEnrolment).find(|one| {
            one.observed.offered.as_ref().is_some_and(|offered| offered.qr == Some(qr))
        });
        let Some(shown) = shown else { continue };
        let fate = match (act.activated, refusal(entries, act.entry)) {
            (true, _) => Fate::Lives,
            (false, Some(Reason::ActivationExpired)) if is_open(&story, shown, act.entry) => {
                Fate::Dead
            }
            (false, _) => continue,
        };
        let age = Age { least: act.at - shown.at, most: act.at - asked_at(entries, shown) };
        let said = if act.activated { "it was activated" } else { "its time was over" };
        let evidence = vec![shown.answered, act.entry];
        age.compare((lifetime, fate), said, evidence, &mut tally);
    }
    for exchange in story.asks(OperationKind::SubmitRegistrationCode) {
        let mut earlier = story.earlier(exchange.session, exchange.asked);
        let shown = earlier.find(|one| one.request.operation == OperationKind::BeginEnrolment);
        let Some(shown) = shown else { continue };
        let fate = match (exchange.observed.reply, exchange.observed.class) {
            (ReplyKind::Done | ReplyKind::Enrolled, _) => Fate::Lives,
            (_, Some(RejectionClass::EnrolmentExpired))
                if is_open(&story, shown, exchange.asked) =>
            {
                Fate::Dead
            }
            _ => continue,
        };
        let least = asked_at(entries, exchange) - shown.at;
        let age = Age { least, most: exchange.at - asked_at(entries, shown) };
        let said = if fate == Fate::Lives { "it was taken" } else { "its time was over" };
        let mut evidence = vec![shown.answered];
        evidence.extend(exchange.evidence());
        age.compare((lifetime, fate), said, evidence, &mut tally);
    }
    tally.finding()
}

/// Whether nothing but its age can have ended what a page shows: it was not left, begun again or
/// cancelled, and no device was activated since. A subject may call all of that expired.
fn is_open(story: &Story<'_>, shown: &Exchange<'_>, entry: EntryId) -> bool {
    let since = |one: EntryId| one > shown.answered && one < entry;
    let moved = story.exchanges.iter().any(|one| {
        let own = one.session == shown.session || one.person == shown.person;
        own && since(one.asked) && one.request.operation != OperationKind::Probe
    });
    !moved && !story.acts.iter().any(|act| act.activated && since(act.entry))
}

/// Why a device refused.
fn refusal(entries: &[Entry], act: EntryId) -> Option<Reason> {
    match entries.get(act.index()).map(|entry| &entry.event) {
        Some(Event::Acted { reason, .. }) => *reason,
        _ => None,
    }
}
