//! Codes that a token makes: RFC 4226 and RFC 6238.

use crate::conformance::story::{Story, Tally};
use crate::conformance::{Finding, Level, Requirement};
use crate::domain::RejectionClass;
use crate::domain::operation::Writing;
use crate::domain::reply::ReplyKind;
use crate::journal::Entry;

pub(super) static SINGLE_USE: Requirement = Requirement {
    id: "rfc6238.single-use",
    level: Level::Must,
    source: "RFC 6238",
    clause: "§5.2",
    text: "A time-based code that was accepted once is not accepted again.",
    judge: single_use,
    profiles: &["rfc-otp"],
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
        let period = story.period();
        let made = making.at.unix_seconds() / period;
        let steps = (submission.exchange.at.unix_seconds() / period).saturating_sub(made);
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
        if throttled && submission.refused_before <= PLENTY {
            tally.kept(submission.evidence());
        } else if right && submission.refused_before >= PLENTY {
            if submission.accepted {
                let seen = format!(
                    "after {} wrong codes the right one was answered with {}",
                    submission.refused_before, submission.exchange.observed.reply
                );
                let expected = format!("a lock or delay within {PLENTY} wrong codes");
                tally.broken(expected, seen, submission.evidence());
            } else {
                tally.kept(submission.evidence());
            }
        }
    }
    tally.finding()
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
        let mut evidence = limit.evidence.clone();
        evidence.extend(submission.evidence());
        if submission.accepted {
            let expected = format!(
                "refused: {} wrong codes lock an account here, however many sessions they come from",
                limit.refusals
            );
            let seen = format!(
                "after {} wrong codes from {} sessions the right one was answered with {}",
                submission.refused_before,
                submission.sessions_before,
                submission.exchange.observed.reply
            );
            tally.broken(expected, seen, evidence);
        } else if submission.exchange.observed.reply == ReplyKind::Rejected {
            tally.kept(evidence);
        }
    }
    tally.finding()
}
