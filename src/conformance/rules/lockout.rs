//! Lock-out: how many wrong codes an account takes, and what happens then.

use crate::conformance::story::{Exchange, Story, Submission, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::RejectionClass;
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::journal::{Entry, EntryId};

/// What this very scenario proves about the subject: after so many refusals in one session a right
/// code was refused too, or the subject itself said that the account is locked.
pub(super) struct Limit {
    pub(super) refusals: usize,
    pub(super) evidence: Vec<EntryId>,
}

/// The smallest number of refusals in a single session after which a right code was refused, or
/// any code by the word `locked`.
pub(super) fn proven_limit(story: &Story<'_>) -> Option<Limit> {
    let submissions = story.submissions();
    let refused = submissions.iter().filter(|one| {
        let says_so = one.exchange.observed.class == Some(RejectionClass::Locked)
            && story.awaited(one.exchange);
        let in_one = one.refused_before > 0 && one.sessions_before == 1 && !one.accepted;
        in_one && (says_so || story.is_telling(one))
    });
    let same_code = refused.filter(|one| !issued_anew(story, one));
    let smallest = same_code.min_by_key(|one| one.refused_before)?;
    Some(Limit { refusals: smallest.refused_before, evidence: smallest.evidence() })
}

/// Whether the submitted code was sent after the refusals that precede it had begun.
fn issued_anew(story: &Story<'_>, submission: &Submission<'_, '_>) -> bool {
    let delivery = story.delivery(submission.code);
    let first_refusal = story
        .submissions()
        .into_iter()
        .filter(|one| one.person == submission.person && !one.accepted)
        .map(|one| one.exchange.answered)
        .next();
    matches!((delivery, first_refusal), (Some(delivery), Some(first)) if delivery.entry > first)
}

/// Right codes with the refusals before them, as evidence for limits on consecutive failures.
fn judge_limit(entries: &[Entry], most: usize, fewest_to_test: usize) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let limit = proven_limit(&story);
    for submission in story.submissions().iter().filter(|one| story.is_telling(one)) {
        if submission.accepted && submission.refused_before > most {
            let seen = format!(
                "after {} wrong codes in a row the right one was answered with {}",
                submission.refused_before, submission.exchange.observed.reply
            );
            let expected = format!("a block after at most {most} wrong codes in a row");
            tally.broken(expected, seen, submission.evidence());
        } else if !submission.accepted && submission.refused_before >= fewest_to_test {
            let in_time = limit.as_ref().is_some_and(|limit| limit.refusals <= most);
            if in_time || submission.refused_before <= most {
                tally.kept(submission.evidence());
            }
        }
    }
    tally.finding()
}

pub(super) static FAILURES_CAPPED: Requirement = Requirement {
    id: "nist.failures-capped",
    level: Level::Must,
    source: "NIST SP 800-63B-4",
    clause: "§3.2.2",
    text: "At most 100 wrong codes in a row, then the authenticator is disabled.",
    judge: |entries| judge_limit(entries, 100, 1),
    profiles: &["guide", "nist-aal2"],
    weakness: Some(307),
    ..Requirement::PLAIN
};

pub(super) static FIVE_FAILURES: Requirement = Requirement {
    id: "psd2.five-failures",
    level: Level::Must,
    source: "Delegated Regulation (EU) 2018/389",
    clause: "Art. 4(3)(b)",
    text: "At most five wrong codes in a row, then the account is blocked for a while or for good.",
    judge: |entries| judge_limit(entries, 5, 5),
    profiles: &["psd2"],
    reading: Reading::Excerpt,
    weakness: Some(307),
    ..Requirement::PLAIN
};

pub(super) static NEW_SECRET_KEEPS_COUNT: Requirement = Requirement {
    id: "nist.new-secret-keeps-count",
    level: Level::Must,
    source: "NIST SP 800-63B-4",
    clause: "§3.1.3.2",
    text: "A new code does not reset the count of wrong ones.",
    judge: new_secret_keeps_count,
    profiles: &["guide", "nist-aal2"],
    reading: Reading::Draft,
    weakness: Some(307),
    ..Requirement::PLAIN
};

fn new_secret_keeps_count(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let Some(limit) = proven_limit(&story) else { return Finding::Untested };
    for submission in story.submissions().iter().filter(|one| story.is_telling(one)) {
        let enough = submission.refused_before >= limit.refusals && submission.sessions_before == 1;
        if !enough || !issued_anew(&story, submission) {
            continue;
        }
        let mut evidence = limit.evidence.clone();
        evidence.extend(submission.evidence());
        if submission.accepted {
            let expected =
                format!("refused: {} wrong codes in a row lock an account here", limit.refusals);
            let seen = format!(
                "with a new code in between, {} wrong ones were taken and the right one accepted",
                submission.refused_before
            );
            tally.broken(expected, seen, evidence);
        } else {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static RIGHT_CODE_REFUSED: Requirement = Requirement {
    id: "lockout.right-code-refused",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by RFC 4226 §7.3",
    text: "An account that says it is locked refuses the right code too.",
    judge: right_code_refused,
    reading: Reading::Own,
    weakness: Some(307),
    ..Requirement::PLAIN
};

fn right_code_refused(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let submissions = story.submissions();
    for submission in submissions.iter().filter(|one| story.is_right(one)) {
        let locked = story.exchanges.iter().rev().find(|exchange| {
            exchange.person == Some(submission.person)
                && exchange.observed.class == Some(RejectionClass::Locked)
                && exchange.answered < submission.exchange.asked
        });
        let Some(locked) = locked else { continue };
        let lifted = story.asks(OperationKind::Unlock).any(|one| one.asked > locked.answered)
            || story.leaps.iter().any(|leap| *leap > locked.answered);
        if lifted {
            continue;
        }
        let mut evidence = locked.evidence();
        evidence.extend(submission.evidence());
        if submission.accepted {
            tally.broken("refused, because the account is locked", submission.said(), evidence);
        } else {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static UNLOCK_RESTORES: Requirement = Requirement {
    id: "lockout.unlock-restores",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by RFC 4226 §7.3",
    text: "A lock that an administrator has lifted no longer keeps the person out.",
    judge: unlock_restores,
    reading: Reading::Own,
    ..Requirement::PLAIN
};

fn unlock_restores(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let lifted =
        story.asks(OperationKind::Unlock).filter(|one| one.observed.reply == ReplyKind::Done);
    for unlock in lifted {
        let person = unlock.request.user.as_deref().and_then(|user| story.called(user));
        let mut before = story.exchanges.iter().rev().filter(|one| one.answered < unlock.asked);
        let locked = before
            .find(|one| one.person == person && one.observed.class == Some(RejectionClass::Locked));
        let next = story
            .asks(OperationKind::SignIn)
            .find(|one| one.person == person && one.asked > unlock.answered);
        let (Some(_), Some(locked), Some(next)) = (person, locked, next) else { continue };
        let mut evidence = vec![locked.answered, unlock.answered];
        evidence.extend(next.evidence());
        match next.observed.class {
            Some(RejectionClass::Locked) => {
                tally.broken("the person can sign in again", "still locked", evidence);
            }
            Some(_) => {}
            None => tally.kept(evidence),
        }
    }
    tally.finding()
}

pub(super) static PASSWORD_FAILURES_CAPPED: Requirement = Requirement {
    id: "nist.password-failures-capped",
    level: Level::Must,
    source: "NIST SP 800-63B-4",
    clause: "§3.2.2",
    text: "At most 100 wrong passwords in a row, then the account is disabled.",
    judge: password_failures_capped,
    profiles: &["guide", "nist-aal2", "asvs-l1"],
    weakness: Some(307),
    ..Requirement::PLAIN
};

fn password_failures_capped(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let mut refused: Vec<(&str, usize)> = Vec::new();
    for exchange in story.asks(OperationKind::SignIn) {
        let Some(person) = exchange.person.filter(|person| !story.is_stranger(Some(person))) else {
            continue;
        };
        let place = refused.iter().position(|(name, _)| *name == person).unwrap_or_else(|| {
            refused.push((person, 0));
            refused.len() - 1
        });
        let before = refused[place].1;
        if !exchange.is_rejected() && before > 100 {
            let seen = format!("after {before} refusals in a row the sign-in went on");
            tally.broken("a block after at most 100", seen, exchange.evidence());
        } else if exchange.is_rejected() && before >= 100 {
            tally.kept(exchange.evidence());
        }
        refused[place].1 = if exchange.is_rejected() { before + 1 } else { 0 };
    }
    tally.finding()
}

pub(super) static PASSWORD_NOT_TOLD: Requirement = Requirement {
    id: "lockout.password-not-told",
    level: Level::Should,
    source: "Delegated Regulation (EU) 2018/389",
    clause: "Art. 4(3)(a), implied for locked accounts",
    text: "A locked account answers a right password as it answers a wrong one.",
    judge: password_not_told,
    reading: Reading::Own,
    profiles: &["guide", "psd2"],
    weakness: Some(204),
    ..Requirement::PLAIN
};

fn password_not_told(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let signed: Vec<&Exchange<'_>> = story.asks(OperationKind::SignIn).collect();
    for pair in signed.windows(2) {
        let [one, other] = pair else { continue };
        let both_refused = one.is_rejected() && other.is_rejected();
        let same_person = one.person.is_some() && one.person == other.person;
        let locked = [one, other].iter().any(|exchange| {
            matches!(
                exchange.observed.class,
                Some(RejectionClass::Locked | RejectionClass::RateLimited)
            )
        });
        // The second of the two is the later one: it cannot be less locked than the first.
        let later_locked = one.observed.class == Some(RejectionClass::Locked);
        if !both_refused
            || !same_person
            || !locked
            || one.request.password == other.request.password
        {
            continue;
        }
        let mut evidence = one.evidence();
        evidence.extend(other.evidence());
        if one.observed.class == other.observed.class {
            tally.kept(evidence);
        } else if later_locked {
            let seen = "right and wrong passwords are refused in different ways";
            tally.broken("the same refusal", seen, evidence);
        }
    }
    tally.finding()
}

pub(super) static ONLY_THE_GUESSED: Requirement = Requirement {
    id: "lockout.only-the-guessed",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by NIST SP 800-63B-4 §3.2.2: failures are counted by account",
    text: "Wrong codes of one person lock nobody else.",
    judge: only_the_guessed,
    reading: Reading::Own,
    weakness: Some(645),
    ..Requirement::PLAIN
};

fn only_the_guessed(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let barred = |one: &&Exchange<'_>| matches!(one.observed.class, Some(RejectionClass::Locked));
    for submission in story.submissions().iter().filter(|one| story.is_right(one)) {
        let mut others = story.exchanges.iter().filter(|one| {
            one.person.is_some()
                && one.person != Some(submission.person)
                && one.answered < submission.exchange.asked
        });
        let Some(locked) = others.rfind(barred) else { continue };
        if submission.refused_before > 0 {
            continue;
        }
        let mut evidence = locked.evidence();
        evidence.extend(submission.evidence());
        if submission.exchange.observed.class == Some(RejectionClass::Locked) {
            tally.broken("the other person goes on", "locked as well", evidence);
        } else if submission.accepted {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static SUCCESS_CLEARS_FAILURES: Requirement = Requirement {
    id: "nist.success-clears-failures",
    level: Level::Should,
    source: "NIST SP 800-63B-4",
    clause: "§3.2.2",
    text: "A right code clears the wrong ones before it.",
    judge: success_clears_failures,
    profiles: &["guide", "nist-aal2"],
    weakness: Some(645),
    ..Requirement::PLAIN
};

fn success_clears_failures(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let submissions = story.submissions();
    for (at, submission) in submissions.iter().enumerate() {
        // Refused before, then accepted, then refused again, then right: were the old ones kept,
        // the sum of both would count.
        let earlier = || submissions[..at].iter().filter(|one| one.person == submission.person);
        let Some(success) = earlier().rfind(|one| one.accepted) else { continue };
        let total = success.refused_before + submission.refused_before;
        let fits = success.refused_before > 0
            && submission.refused_before > 0
            && success.refused_before.max(submission.refused_before) < total;
        if !fits || !story.is_telling(submission) {
            continue;
        }
        let mut evidence = success.evidence();
        evidence.extend(submission.evidence());
        if submission.accepted {
            tally.kept(evidence);
        } else if success.refused_before >= submission.refused_before {
            // As many were forgiven before the success, so these alone cannot have locked.
            let expected = "accepted: no more wrong codes than were forgiven before";
            tally.broken(expected, submission.said(), evidence);
        }
    }
    tally.finding()
}
