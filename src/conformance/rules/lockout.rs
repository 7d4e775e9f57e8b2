//! Lock-out: how many wrong codes an account takes, and what happens then.

use crate::conformance::story::{Exchange, Story, Submission, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::RejectionClass;
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::journal::{Entry, EntryId};
use std::time::Duration;

/// What this very scenario proves about the subject: so many wrong codes in one session lock the
/// account. That a right code is refused in the session that was guessed at proves nothing of the
/// kind: a sign-in may end before the account is locked.
pub(super) struct Limit {
    /// So many wrong codes surely lock.
    pub(super) refusals: usize,
    /// After so many refusals the lock showed itself.
    shown_after: usize,
    pub(super) evidence: Vec<EntryId>,
}

/// The smallest number of refusals in a single session after which any code was refused by the
/// word `locked`, or a right code or a right password in another session.
pub(super) fn proven_limit(story: &Story<'_>) -> Option<Limit> {
    let submissions = story.submissions();
    let refused = submissions.iter().filter(|one| !one.accepted && !issued_anew(story, one));
    let by_code = refused.filter_map(|one| shown_by_code(story, &submissions, one));
    let signed = story.asks(OperationKind::SignIn);
    let by_sign_in = signed.filter_map(|one| shown_by_sign_in(story, &submissions, one));
    by_code.chain(by_sign_in).min_by_key(|limit| limit.refusals)
}

fn shown_by_code(
    story: &Story<'_>,
    submissions: &[Submission<'_, '_>],
    one: &Submission<'_, '_>,
) -> Option<Limit> {
    if one.refused_before == 0 || one.sessions_before != 1 {
        return None;
    }
    let shown_after = one.refused_before;
    let evidence = one.evidence();
    if one.exchange.observed.class == Some(RejectionClass::Locked) && story.awaited(one.exchange) {
        // A wrong code may itself have been the last one that was missing.
        let refusals = shown_after + usize::from(!story.is_right(one));
        return Some(Limit { refusals, shown_after, evidence });
    }
    let is_guessed_at = submissions.iter().any(|other| {
        other.exchange.session == one.exchange.session
            && one.since.is_some_and(|since| other.exchange.answered >= since)
            && other.exchange.answered < one.exchange.asked
    });
    let elsewhere = !is_guessed_at && story.is_newest(one.exchange) && story.is_telling(one);
    elsewhere.then_some(Limit { refusals: shown_after, shown_after, evidence })
}

fn shown_by_sign_in(
    story: &Story<'_>,
    submissions: &[Submission<'_, '_>],
    sign_in: &Exchange<'_>,
) -> Option<Limit> {
    let person = sign_in.person?;
    let barred =
        matches!(sign_in.observed.class, Some(RejectionClass::Denied | RejectionClass::Locked));
    // Wrong passwords lock as well.
    let by_password = story
        .asks(OperationKind::SignIn)
        .any(|one| one.person == Some(person) && one.answered < sign_in.asked && one.is_rejected());
    if !barred || by_password || story.gave_right_password(sign_in) != Some(true) {
        return None;
    }
    let earlier = submissions.partition_point(|one| one.exchange.answered < sign_in.asked);
    let row = story.row(&submissions[..earlier], person, sign_in.asked);
    let elsewhere = row.sessions.len() == 1 && !row.sessions.contains(&sign_in.session);
    let rested = row.since.is_none_or(|since| story.leapt_between(since, sign_in.asked));
    let refusals = row.refused;
    let evidence = sign_in.evidence();
    (elsewhere && !rested).then_some(Limit { refusals, shown_after: refusals, evidence })
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
        if submission.accepted && submission.counted_before > most {
            let seen = format!(
                "after {} wrong codes in a row the right one was answered with {}",
                submission.counted_before, submission.exchange.observed.reply
            );
            let expected = format!("a block after at most {most} wrong codes in a row");
            tally.broken(expected, seen, submission.evidence());
        } else if !submission.accepted && submission.refused_before >= fewest_to_test {
            let in_time = limit.as_ref().is_some_and(|limit| limit.shown_after <= most);
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
        if !submission.accepted {
            tally.kept(evidence);
        } else if submission.counted_before >= limit.refusals {
            let expected =
                format!("refused: {} wrong codes in a row lock an account here", limit.refusals);
            let seen = format!(
                "with a new code in between, {} wrong ones were taken and the right one accepted",
                submission.counted_before
            );
            tally.broken(expected, seen, evidence);
        }
    }
    tally.finding()
}

pub(super) static RIGHT_CODE_REFUSED: Requirement = Requirement {
    id: "lockout.right-code-refused",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by RFC 4226 §7.3",
    text: "A sign-in that says it is locked refuses the right code too.",
    judge: right_code_refused,
    reading: Reading::Own,
    weakness: Some(307),
    ..Requirement::PLAIN
};

/// No lock that says nothing of its end is shorter: then it may have ended by itself.
const SHORTEST_LOCK: Duration = Duration::from_secs(2);

/// The last word `locked` before `submission` that is about the same thing: said in the same
/// session, where a code of the same kind was asked for. One authenticator may be locked while
/// another one lives (NIST SP 800-63B-4 §3.2.2 counts for each).
fn locked_before<'s, 'a>(
    story: &'s Story<'a>,
    submission: &Submission<'s, 'a>,
) -> Option<&'s Exchange<'a>> {
    let kind = |exchange: &Exchange<'a>| {
        let page = story.standing(exchange)?;
        Some((page.observed.reply, page.observed.channel))
    };
    story.submissions().iter().map(|one| one.exchange).rfind(|exchange| {
        exchange.session == submission.exchange.session
            && exchange.person == Some(submission.person)
            && exchange.observed.class == Some(RejectionClass::Locked)
            && exchange.answered < submission.exchange.asked
            && kind(exchange) == kind(submission.exchange)
    })
}

/// Whether the lock that `locked` tells of may be over when `later` was answered.
fn may_be_over(story: &Story<'_>, locked: &Exchange<'_>, later: &Exchange<'_>) -> bool {
    let lasts = locked.observed.retry_after_ms.map_or(SHORTEST_LOCK, Duration::from_millis);
    story.is_unlocked_between(locked.answered, later.asked)
        || story.leapt_between(locked.answered, later.asked)
        || later.at - locked.at >= lasts
}

fn right_code_refused(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let submissions = story.submissions();
    for submission in submissions.iter().filter(|one| story.is_right(one)) {
        let Some(locked) = locked_before(&story, submission) else { continue };
        if may_be_over(&story, locked, submission.exchange) {
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
    for exchange in story.asks(OperationKind::SignIn) {
        // Only the right password shows whether there is a block.
        if story.gave_right_password(exchange) != Some(true) {
            continue;
        }
        let row = wrong_passwords(&story, exchange);
        let counted = row.iter().filter(|one| one.observed.class == Some(RejectionClass::Denied));
        let counted = counted.count();
        if !exchange.is_rejected() && counted > 100 {
            let seen = format!("after {counted} wrong passwords in a row the sign-in went on");
            tally.broken("a block after at most 100", seen, exchange.evidence());
        } else if exchange.is_rejected() && row.len() >= 100 {
            tally.kept(exchange.evidence());
        }
    }
    tally.finding()
}

/// The refused wrong passwords in a row before a sign-in; what an administrator or the time may
/// have made good is left out.
fn wrong_passwords<'s, 'a>(story: &'s Story<'a>, sign_in: &Exchange<'a>) -> Vec<&'s Exchange<'a>> {
    let mut row = Vec::new();
    let before = |one: &&Exchange<'a>| one.answered < sign_in.asked;
    let earlier: Vec<_> = story.asks(OperationKind::SignIn).take_while(before).collect();
    for one in earlier.into_iter().rev().filter(|one| one.person == sign_in.person) {
        let forgiven = !one.is_rejected()
            || story.is_unlocked_between(one.asked, sign_in.asked)
            || story.leapt_between(one.asked, sign_in.asked);
        if forgiven {
            break;
        }
        if story.gave_right_password(one) == Some(false) {
            row.push(one);
        }
    }
    row
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
        let right = [one, other].map(|exchange| story.gave_right_password(exchange));
        let differ = right.contains(&Some(true)) && right.contains(&Some(false));
        let rested = story.leapt_between(one.asked, other.asked)
            || story.is_unlocked_between(one.asked, other.asked);
        if !both_refused || !same_person || !locked || !differ || rested {
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
        } else if success.counted_before >= submission.refused_before {
            // As many were forgiven before the success, so these alone cannot have locked.
            let expected = "accepted: no more wrong codes than were forgiven before";
            tally.broken(expected, submission.said(), evidence);
        }
    }
    tally.finding()
}
