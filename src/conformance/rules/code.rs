//! Delivered codes: how long, how often and for whom one is good.

use crate::conformance::story::{Arrival, Exchange, Story, Submission, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::declared::Resend;
use crate::domain::operation::OperationKind;
use crate::domain::{Channel, Moment, RejectionClass};
use crate::journal::{Alphabet, Entry, EntryId};
use std::time::Duration;

const NIST: &str = "NIST SP 800-63B-4";

pub(super) static OOB_SINGLE_USE: Requirement = Requirement {
    id: "nist.oob-single-use",
    level: Level::Must,
    source: NIST,
    clause: "§3.1.3.2; OWASP ASVS 5.0 6.5.1; Delegated Regulation (EU) 2018/389 Art. 4(1)",
    text: "A delivered code that was accepted once is not accepted again.",
    judge: oob_single_use,
    profiles: &["guide", "nist-aal2", "asvs-l2", "psd2"],
    reading: Reading::Draft,
    weakness: Some(294),
    ..Requirement::PLAIN
};

fn oob_single_use(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let submissions = story.submissions();
    for again in submissions.iter().filter(|one| one.accepted_before && story.awaited(one.exchange))
    {
        let Some(delivery) = story.delivery(again.code) else { continue };
        let first = submissions.iter().find(|one| one.code == again.code && one.accepted);
        let Some(first) = first else { continue };
        // Whoever presses the button twice is shown twice where the code has led to.
        let in_flight = again.exchange.asked < first.exchange.answered;
        if in_flight && again.exchange.session == first.exchange.session {
            continue;
        }
        let renewed = story.arrivals.iter().any(|arrival| {
            arrival.code == Some(again.code) && arrival.entry > first.exchange.answered
        });
        if renewed {
            continue;
        }
        let mut evidence = vec![delivery.entry, first.exchange.answered];
        evidence.extend(again.evidence());
        if again.accepted {
            tally.broken("the spent code is refused", again.said(), evidence);
        } else if !is_barred(again) {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static OOB_TEN_MINUTES: Requirement = Requirement {
    id: "nist.oob-ten-minutes",
    level: Level::Must,
    source: NIST,
    clause: "§3.1.3.2; OWASP ASVS 5.0 6.5.5",
    text: "A delivered code is refused when it is older than ten minutes; one that only confirms \
           an address may live longer.",
    judge: |entries| {
        let declared = Story::of(entries).declared;
        dies_at(entries, |channel| {
            (!declared.only_confirms_address(channel)).then_some(TEN_MINUTES)
        })
    },
    profiles: &["guide", "nist-aal2", "asvs-l2"],
    reading: Reading::Draft,
    weakness: Some(613),
    ..Requirement::PLAIN
};

pub(super) static EXPIRES: Requirement = Requirement {
    id: "code.expires",
    level: Level::Should,
    source: "Fobwatch",
    clause: "implied by \"one-time\": the guide's product lets a PIN live for 300 s by default",
    text: "A delivered code is refused when it is older than the subject says, or than ten \
           minutes; where it only confirms an address, than a day.",
    judge: |entries| {
        let declared = Story::of(entries).declared;
        dies_at(entries, |channel| {
            let usual = if declared.only_confirms_address(channel) { ONE_DAY } else { TEN_MINUTES };
            Some(declared.code_lifetime().unwrap_or(usual))
        })
    },
    reading: Reading::Own,
    weakness: Some(613),
    ..Requirement::PLAIN
};

/// The longest life of an out-of-band code.
const TEN_MINUTES: Duration = Duration::from_mins(10);

/// The longest life of a code by mail that confirms the address (NIST SP 800-63B-4 §4.2.1.2).
const ONE_DAY: Duration = Duration::from_hours(24);

/// Decides whether unused, newest codes older than `lifetime` are refused; over one channel only,
/// or over any.
pub(super) fn dies_after(
    entries: &[Entry],
    lifetime: Duration,
    channel: Option<Channel>,
) -> Finding {
    let is_meant = |by| channel.is_none_or(|channel| channel == by);
    dies_at(entries, |by| is_meant(by).then_some(lifetime))
}

/// The same, where each channel has a lifetime of its own, or none that is asked about.
fn dies_at(entries: &[Entry], lifetime: impl Fn(Channel) -> Option<Duration>) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions().iter().filter(|one| one.first_use) {
        let Some(delivery) = newest_delivery(&story, submission) else { continue };
        let Some(lifetime) = lifetime(delivery.channel).filter(|_| !submission.is_odd()) else {
            continue;
        };
        let age = asked_at(entries, submission.exchange) - delivery.at;
        if age <= lifetime || !story.awaited(submission.exchange) {
            continue;
        }
        let mut evidence = vec![delivery.entry];
        evidence.extend(submission.evidence());
        if submission.accepted {
            let expected = format!("refused: it is older than {} s", lifetime.as_secs());
            let seen = format!("a code {} s old: {}", age.as_secs(), submission.said());
            tally.broken(expected, seen, evidence);
        } else if submission.refused_before == 0 && !is_barred(submission) {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static OOB_SIX_DIGITS: Requirement = Requirement {
    id: "nist.oob-six-digits",
    level: Level::Must,
    source: NIST,
    clause: "§3.1.3.2; OWASP ASVS 5.0 6.5.4",
    text: "A delivered code has at least six digits, or as much entropy in letters.",
    judge: oob_six_digits,
    profiles: &["guide", "nist-aal2", "asvs-l2"],
    reading: Reading::Draft,
    weakness: Some(331),
    ..Requirement::PLAIN
};

/// Four letters or digits make 36⁴ values, more than the million of six digits.
const FEWEST_LETTERS: u32 = 4;

fn oob_six_digits(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for arrival in &story.arrivals {
        let Some(shape) = arrival.code.and_then(|code| code.shape) else { continue };
        let Some(cause) = story.cause(arrival) else { continue };
        let least = if shape.alphabet == Alphabet::Digits { 6 } else { FEWEST_LETTERS };
        let mut evidence = cause.evidence();
        evidence.push(arrival.entry);
        if shape.length >= least {
            tally.kept(evidence);
        } else {
            let expected = format!("at least {least} characters of this kind");
            tally.broken(expected, format!("a code of {}", shape.length), evidence);
        }
    }
    tally.finding()
}

pub(super) static BOUND_TO_REQUEST: Requirement = Requirement {
    id: "asvs.code-bound-to-request",
    level: Level::Must,
    source: "OWASP ASVS 5.0",
    clause: "6.6.2",
    text: "A delivered code works only for the sign-in that it was sent for.",
    judge: bound_to_request,
    profiles: &["guide", "asvs-l2"],
    weakness: Some(287),
    ..Requirement::PLAIN
};

fn bound_to_request(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions().iter().filter(|one| one.first_use) {
        let session = submission.exchange.session;
        let deliveries = || story.arrivals.iter().filter(|one| one.code == Some(submission.code));
        let mut causes = deliveries().filter_map(|arrival| story.cause(arrival));
        let foreign =
            causes.all(|cause| cause.session != session && cause.person == Some(submission.person));
        let Some(delivery) = story.delivery(submission.code) else { continue };
        if !foreign || delivery.person != submission.person || !story.awaited(submission.exchange) {
            continue;
        }
        let mut evidence: Vec<EntryId> =
            story.cause(delivery).map(Exchange::evidence).unwrap_or_default();
        evidence.push(delivery.entry);
        evidence.extend(submission.evidence());
        if submission.accepted {
            tally.broken("a code of another sign-in is refused", submission.said(), evidence);
        } else if is_fresh(entries, delivery, submission) && !is_barred(submission) {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static BOUND_TO_PERSON: Requirement = Requirement {
    id: "code.bound-to-person",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by RFC 6238 §3 R5 and OWASP ASVS 5.0 6.6.2",
    text: "A code of one person does not sign another one in.",
    judge: bound_to_person,
    reading: Reading::Own,
    weakness: Some(287),
    ..Requirement::PLAIN
};

fn bound_to_person(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions().iter().filter(|one| one.first_use) {
        let Some(origin) = foreign_origin(&story, submission) else { continue };
        if !story.awaited(submission.exchange) {
            continue;
        }
        let mut evidence = vec![origin];
        evidence.extend(submission.evidence());
        if submission.accepted {
            tally.broken("a code of another person is refused", submission.said(), evidence);
        } else if !is_barred(submission) {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

/// Where a submitted code comes from, if it was another person's only: a message that answers that
/// person's own request, or their own device.
fn foreign_origin(story: &Story<'_>, submission: &Submission<'_, '_>) -> Option<EntryId> {
    let person = submission.person;
    let code = Some(submission.code);
    let mut delivered = story.arrivals.iter().filter(|arrival| arrival.code == code).peekable();
    if let Some(first) = delivered.peek().map(|arrival| arrival.entry) {
        let mut others = delivered.filter(|arrival| {
            let cause = story.cause(arrival).and_then(|cause| cause.person);
            arrival.person == person || cause != Some(arrival.person)
        });
        return others.next().is_none().then_some(first);
    }
    let making = story.making(submission.code)?;
    let own = story.acts.iter().any(|act| act.code == code && act.owner == person);
    (!own && !making.owner.is_empty()).then_some(making.entry)
}

pub(super) static SUPERSEDED_BY_RESEND: Requirement = Requirement {
    id: "code.superseded-by-resend",
    level: Level::Should,
    source: "Fobwatch",
    clause: "implied by OWASP ASVS 5.0 6.6.2",
    text: "A newer code for the same sign-in ends the older one.",
    judge: superseded_by_resend,
    reading: Reading::Own,
    weakness: Some(613),
    ..Requirement::PLAIN
};

fn superseded_by_resend(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    // Another policy is as legal, if it is declared: then nobody is surprised.
    if story.declared.resend.is_some_and(|resend| resend != Resend::Rotate) {
        return Finding::Untested;
    }
    for submission in story.submissions().iter().filter(|one| one.first_use && !one.is_odd()) {
        let Some((delivery, newer)) = superseding(&story, submission) else { continue };
        if !story.awaited(submission.exchange) {
            continue;
        }
        let mut evidence = vec![delivery.entry, newer.entry];
        evidence.extend(submission.evidence());
        if submission.accepted {
            tally.broken("only the newest code is accepted", submission.said(), evidence);
        } else if is_fresh(entries, delivery, submission) && !is_barred(submission) {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

/// The message that brought a submitted code, and a later one with another code that was asked for
/// in the same sign-in.
fn superseding<'s, 'a>(
    story: &'s Story<'a>,
    submission: &Submission<'_, 'a>,
) -> Option<(&'s Arrival<'a>, &'s Arrival<'a>)> {
    let session = submission.exchange.session;
    let mut brought = story.arrivals.iter().filter(|one| one.code == Some(submission.code));
    let delivery = brought.next()?;
    if brought.next().is_some() || story.cause(delivery)?.session != session {
        return None;
    }
    let newer = story.arrivals.iter().find(|later| {
        let again = story.cause(later).is_some_and(|cause| {
            cause.session == session
                && cause.asked > delivery.sent
                && cause.request.operation != OperationKind::SignIn
        });
        again && later.code.is_some() && later.sent < submission.exchange.asked
    })?;
    let mut sign_ins = story.asks(OperationKind::SignIn);
    let restarted = sign_ins.any(|one| {
        one.session == session && one.asked > delivery.sent && one.asked < submission.exchange.asked
    });
    (!restarted).then_some((delivery, newer))
}

pub(super) static FRESH: Requirement = Requirement {
    id: "code.fresh",
    level: Level::Should,
    source: "Fobwatch",
    clause: "implied by \"one-time\"",
    text: "A new request brings a new code.",
    judge: fresh,
    reading: Reading::Own,
    weakness: Some(330),
    ..Requirement::PLAIN
};

fn fresh(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let reuses = story.declared.resend == Some(Resend::Reuse);
    let coded: Vec<&Arrival<'_>> = story.arrivals.iter().filter(|one| one.code.is_some()).collect();
    for (index, later) in coded.iter().enumerate() {
        let Some(cause) = story.cause(later) else { continue };
        for earlier in coded.iter().take(index).filter(|one| one.person == later.person) {
            let before = story.cause(earlier);
            let declared = reuses && earlier.code == later.code;
            if declared || before.is_none_or(|before| before.asked == cause.asked) {
                continue;
            }
            let evidence = vec![earlier.entry, cause.asked, cause.answered, later.entry];
            if earlier.code == later.code {
                tally.broken("another code than before", "the same code came again", evidence);
            } else {
                tally.kept(evidence);
            }
        }
    }
    tally.finding()
}

/// Whether the refusal is, by its own words, about the account and not about the code.
fn is_barred(submission: &Submission<'_, '_>) -> bool {
    matches!(
        submission.exchange.observed.class,
        Some(RejectionClass::Locked | RejectionClass::RateLimited)
    )
}

/// Whether a code was young enough that age alone is no reason to refuse it.
fn is_fresh(entries: &[Entry], delivery: &Arrival<'_>, submission: &Submission<'_, '_>) -> bool {
    asked_at(entries, submission.exchange) - delivery.at < Duration::from_mins(1)
}

/// The message that brought a submitted code, if it is the newest one of this very session.
pub(super) fn newest_delivery<'s, 'a>(
    story: &'s Story<'a>,
    submission: &Submission<'_, 'a>,
) -> Option<&'s Arrival<'a>> {
    let session = submission.exchange.session;
    let coded = story.arrivals.iter().filter(|one| one.code.is_some());
    let own = coded.filter(|one| {
        one.sent < submission.exchange.asked
            && story.cause(one).is_some_and(|cause| cause.session == session)
    });
    own.max_by_key(|one| one.sent).filter(|newest| newest.code == Some(submission.code))
}

/// When a question was asked.
pub(super) fn asked_at(entries: &[Entry], exchange: &Exchange<'_>) -> Moment {
    entries.get(exchange.asked.index()).map_or(exchange.at, |entry| entry.at)
}

pub(super) static RIGHT_CODE_ACCEPTED: Requirement = Requirement {
    id: "code.right-code-accepted",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by step 3 of the guide",
    text: "A fresh, unused code is accepted in the sign-in that it was sent for.",
    judge: right_code_accepted,
    reading: Reading::Own,
    ..Requirement::PLAIN
};

fn right_code_accepted(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let mut meddled: Vec<&str> = Vec::new();
    for submission in &story.submissions() {
        let barred = story.exchanges.iter().any(|one| {
            one.person == Some(submission.person)
                && one.answered <= submission.exchange.answered
                && matches!(
                    one.observed.class,
                    Some(RejectionClass::Locked | RejectionClass::RateLimited)
                )
        });
        let first = submission.refused_before == 0 && !meddled.contains(&submission.person);
        if submission.is_odd() || !submission.accepted {
            meddled.push(submission.person);
        }
        let Some(delivery) = story.delivery(submission.code) else { continue };
        let sole = story.arrivals.iter().filter(|one| one.person == submission.person);
        let sole = sole.filter(|one| one.code.is_some() && one.entry < submission.exchange.asked);
        if !first || barred || sole.count() != 1 || !story.is_right(submission) {
            continue;
        }
        let mut evidence = vec![delivery.entry];
        evidence.extend(submission.evidence());
        if submission.accepted {
            tally.kept(evidence);
        } else {
            tally.broken("accepted", submission.said(), evidence);
        }
    }
    tally.finding()
}

pub(super) static DEAD_AFTER_CHANNEL_CHANGE: Requirement = Requirement {
    id: "code.dead-after-channel-change",
    level: Level::Should,
    source: "OWASP ASVS 5.0",
    clause: "6.6.2, implied for Alternative Authentication",
    text: "Once a code was sent over another channel, the one before is refused.",
    judge: dead_after_channel_change,
    reading: Reading::Own,
    profiles: &["guide", "asvs-l2"],
    weakness: Some(613),
    ..Requirement::PLAIN
};

fn dead_after_channel_change(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    if story.declared.resend == Some(Resend::Both) {
        return Finding::Untested;
    }
    for submission in story.submissions().iter().filter(|one| one.first_use && !one.is_odd()) {
        let Some((old, newer)) = superseding(&story, submission) else { continue };
        if old.channel == newer.channel
            || old.code == newer.code
            || !story.awaited(submission.exchange)
        {
            continue;
        }
        let mut evidence = vec![old.entry, newer.entry];
        evidence.extend(submission.evidence());
        if submission.accepted {
            tally.broken("the earlier code is refused", submission.said(), evidence);
        } else if submission.refused_before == 0 && !is_barred(submission) {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static ONE_SECRET_PER_CHANNEL: Requirement = Requirement {
    id: "code.one-secret-per-channel",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by NIST SP 800-63B-4 §3.1.3: an out-of-band code comes over one channel",
    text: "The codes of two channels, and of a token, are different secrets.",
    judge: one_secret_per_channel,
    reading: Reading::Own,
    profiles: &["guide", "nist-aal2"],
    weakness: Some(330),
    ..Requirement::PLAIN
};

fn one_secret_per_channel(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    if story.declared.resend == Some(Resend::Reuse) {
        return Finding::Untested;
    }
    let coded: Vec<&Arrival<'_>> = story.arrivals.iter().filter(|one| one.code.is_some()).collect();
    for (index, later) in coded.iter().enumerate() {
        // Only what one request of the same person follows upon: chance may repeat a code some day.
        let earlier = coded[..index].iter().rev().find(|one| one.person == later.person);
        let Some(earlier) = earlier.filter(|one| one.channel != later.channel) else { continue };
        let Some(cause) = story.cause(later) else { continue };
        if cause.request.operation != OperationKind::ChooseChannel {
            continue;
        }
        let evidence = vec![earlier.entry, cause.asked, later.entry];
        if earlier.code == later.code {
            let seen = format!("{} and {} brought the same code", earlier.channel, later.channel);
            tally.broken("another code over another channel", seen, evidence);
        } else {
            tally.kept(evidence);
        }
    }
    tally.finding()
}
