//! Codes that a token makes: RFC 4226 and RFC 6238.

use super::code::asked_at;
use crate::conformance::story::{Story, Submission, Tally};
use crate::conformance::{Finding, Level, Requirement};
use crate::domain::RejectionClass;
use crate::domain::operation::Writing;
use crate::journal::Entry;
use std::time::Duration;

pub(super) static SINGLE_USE: Requirement = Requirement {
    id: "rfc6238.single-use",
    level: Level::Must,
    source: "RFC 6238",
    clause: "§5.2",
    text: "A time-based code that was accepted once is not accepted again.",
    judge: single_use,
    profiles: &["rfc-otp", "nist-aal2", "asvs-l2", "psd2"],
    weakness: Some(294),
    ..Requirement::PLAIN
};

fn single_use(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let submissions = story.submissions();
    for submission in submissions.iter().filter(|one| one.accepted_before) {
        let Some(making) = story.making(submission.code) else { continue };
        if !story.awaited(submission.exchange) || !story.makes_time_codes(making) {
            continue;
        }
        let mut evidence = vec![making.entry];
        let first = submissions.iter().find(|one| one.code == submission.code && one.accepted);
        evidence.extend(first.map(|one| one.exchange.answered));
        evidence.extend(submission.evidence());
        if submission.accepted {
            tally.broken("the spent code is refused", submission.said(), evidence);
        } else {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static ONE_STEP_WINDOW: Requirement = Requirement {
    id: "rfc6238.one-step-window",
    level: Level::Should,
    source: "RFC 6238",
    clause: "§5.2",
    text: "At most one time step of delay is accepted.",
    judge: one_step_window,
    profiles: &["rfc-otp-extended"],
    weakness: Some(613),
    ..Requirement::PLAIN
};

fn one_step_window(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions().into_iter().filter(|one| one.first_use) {
        let Some(making) = story.making(submission.code) else { continue };
        let odd = !story.is_plain(making.device, submission.exchange.asked);
        if odd || !story.makes_time_codes(making) || !story.awaited(submission.exchange) {
            continue;
        }
        let period = story.period_of(making);
        let made = making.at.unix_seconds() / period;
        // A slow answer makes no code older.
        let given = asked_at(entries, submission.exchange).unix_seconds() / period;
        let steps = given.saturating_sub(made);
        let mut evidence = vec![making.entry];
        evidence.extend(submission.evidence());
        if steps <= 1 {
            continue;
        }
        if submission.accepted {
            let seen = format!("a code {steps} steps old was accepted");
            tally.broken("a code more than one step old is refused", seen, evidence);
        } else if submission.refused_before == 0 {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static SIX_DIGITS: Requirement = Requirement {
    id: "rfc4226.six-digits",
    level: Level::Must,
    source: "RFC 4226",
    clause: "§4 R4",
    text: "A code of a token has at least six digits.",
    judge: six_digits,
    profiles: &["rfc-otp"],
    weakness: Some(331),
    ..Requirement::PLAIN
};

fn six_digits(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions().into_iter().filter(|one| one.accepted) {
        let (Some(making), Some(shape)) = (story.making(submission.code), submission.code.shape)
        else {
            continue;
        };
        // Who takes a code without its last digit wants one digit less.
        let cut = submission.exchange.request.written == Some(Writing::Cut);
        let length = shape.length.saturating_sub(u32::from(cut));
        if length >= 6 {
            tally.kept([making.entry, submission.exchange.answered]);
        } else {
            let mut evidence = vec![making.entry];
            evidence.extend(submission.evidence());
            let seen = format!("a code of {length} digits was accepted");
            tally.broken("codes of six digits or more", seen, evidence);
        }
    }
    tally.finding()
}

pub(super) static THROTTLE: Requirement = Requirement {
    id: "rfc4226.throttle",
    level: Level::Should,
    source: "RFC 4226",
    clause: "§7.1 RP2, §7.3",
    text: "Guessing is throttled: after a few wrong codes even the right one is refused for a while.",
    judge: throttle,
    profiles: &["rfc-otp-extended"],
    weakness: Some(307),
    ..Requirement::PLAIN
};

/// Wrong codes after which guessing must have become harder. RFC 4226 names no number; vendors'
/// defaults lie at 3 to 10, so ten more than suffice.
const PLENTY: usize = 10;

fn throttle(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions() {
        let throttled = matches!(
            submission.exchange.observed.class,
            Some(RejectionClass::Locked | RejectionClass::RateLimited)
        );
        let right = story.is_telling(&submission);
        let in_time = (1..=PLENTY).contains(&submission.refused_before);
        let refused = right && !submission.accepted && submission.refused_before >= PLENTY;
        if throttled && in_time || refused {
            tally.kept(submission.evidence());
        } else if right && submission.accepted && submission.counted_before >= PLENTY {
            if is_slowed(entries, &story, &submission) {
                continue;
            }
            let seen = format!(
                "after {} wrong codes the right one was answered with {}",
                submission.counted_before, submission.exchange.observed.reply
            );
            let expected = format!("a lock or delay within {PLENTY} wrong codes");
            tally.broken(expected, seen, submission.evidence());
        }
    }
    tally.finding()
}

/// So much longer than the first one an answer takes where a server makes guessers wait.
const SLOWER: Duration = Duration::from_secs(1);

/// Whether the answers took longer and longer: RFC 4226 §7.3 names a growing delay as the other
/// way to throttle.
fn is_slowed(entries: &[Entry], story: &Story<'_>, last: &Submission<'_, '_>) -> bool {
    let took = |one: &Submission<'_, '_>| one.exchange.at - asked_at(entries, one.exchange);
    let row = story.submissions().into_iter().filter(|one| {
        let asked = one.exchange.asked;
        one.person == last.person
            && last.since.is_some_and(|since| one.exchange.answered >= since)
            && asked <= last.exchange.asked
    });
    let times: Vec<Duration> = row.map(|one| took(&one)).collect();
    let first = times.first().copied().unwrap_or_default();
    times.iter().any(|time| *time >= first + SLOWER)
}

pub(super) static THROTTLE_ACROSS_SESSIONS: Requirement = Requirement {
    id: "rfc4226.throttle-across-sessions",
    level: Level::Must,
    source: "RFC 4226",
    clause: "§7.3",
    text: "Wrong codes count across sessions: parallel guessing gains nothing.",
    judge: throttle_across_sessions,
    profiles: &["rfc-otp"],
    weakness: Some(307),
    ..Requirement::PLAIN
};

fn throttle_across_sessions(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let Some(limit) = super::lockout::proven_limit(&story) else { return Finding::Untested };
    for submission in story.submissions() {
        let spread = submission.sessions_before >= 2 && submission.refused_before >= limit.refusals;
        if !spread || !story.is_telling(&submission) {
            continue;
        }
        let counted =
            submission.counted_sessions >= 2 && submission.counted_before >= limit.refusals;
        // Where one sign-in of a person ends the others, the code of an older one is dead anyway.
        let is_locked = submission.exchange.observed.class == Some(RejectionClass::Locked)
            || story.is_newest(submission.exchange);
        let mut evidence = limit.evidence.clone();
        evidence.extend(submission.evidence());
        if submission.accepted && counted {
            let expected = format!(
                "refused: {} wrong codes lock an account here, however many sessions they come from",
                limit.refusals
            );
            let seen = format!(
                "after {} wrong codes from {} sessions the right one was answered with {}",
                submission.counted_before,
                submission.counted_sessions,
                submission.exchange.observed.reply
            );
            tally.broken(expected, seen, evidence);
        } else if submission.exchange.is_rejected() && is_locked {
            tally.kept(evidence);
        }
    }
    tally.finding()
}
