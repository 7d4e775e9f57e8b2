//! Delivered one-time PINs: their length, life, use and binding.

use crate::conformance::story::{Story, Submission, Tally};
use crate::conformance::{Finding, Level, Requirement};
use crate::domain::operation::OperationKind;
use crate::journal::{Alphabet, Entry, EntryId};
use std::time::Duration;

const NIST: &str = "NIST SP 800-63B-4";

/// Judges each submission for which `applies` gives the entries that make it a test: acceptance
/// breaks the rule, refusal keeps it.
fn must_refuse<F>(entries: &[Entry], expected: &str, applies: F) -> Finding
where
    F: Fn(&Story<'_>, &Submission<'_, '_>) -> Option<Vec<EntryId>>,
{
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in &story.submissions() {
        let Some(mut evidence) = applies(&story, submission) else { continue };
        evidence.extend(submission.evidence());
        if submission.accepted {
            tally.broken(expected, submission.said(), evidence);
        } else {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static OOB_SINGLE_USE: Requirement = Requirement {
    id: "nist.oob-single-use",
    level: Level::Must,
    source: NIST,
    clause: "§3.1.3.2 (second public draft)",
    text: "A delivered PIN is accepted once only.",
    judge: |entries| {
        must_refuse(entries, "the spent PIN is refused", |story, submission| {
            let delivery = story.delivery(submission.code)?;
            submission.accepted_before.then(|| vec![delivery.entry])
        })
    },
};

/// The longest life of a delivered code.
const TEN_MINUTES: Duration = Duration::from_secs(600);

pub(super) static OOB_TEN_MINUTES: Requirement = Requirement {
    id: "nist.oob-ten-minutes",
    level: Level::Must,
    source: NIST,
    clause: "§3.1.3.2 (second public draft)",
    text: "A delivered PIN is not accepted more than ten minutes after it was sent.",
    judge: |entries| {
        must_refuse(entries, "a PIN older than ten minutes is refused", |story, submission| {
            let delivery = story.delivery(submission.code)?;
            let old = submission.exchange.at - delivery.at > TEN_MINUTES;
            (old && submission.first_use).then(|| vec![delivery.entry])
        })
    },
};

pub(super) static OOB_SIX_DIGITS: Requirement = Requirement {
    id: "nist.oob-six-digits",
    level: Level::Must,
    source: NIST,
    clause: "§3.1.3.2 (second public draft)",
    text: "A delivered PIN has at least six digits.",
    judge: oob_six_digits,
};

fn oob_six_digits(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for arrival in &story.arrivals {
        let Some(shape) = arrival.code.and_then(|code| code.shape) else { continue };
        // Four letters and digits carry as many bits as six digits.
        let enough = match shape.alphabet {
            Alphabet::Digits => shape.length >= 6,
            Alphabet::Letters | Alphabet::Other => shape.length >= 4,
        };
        if enough {
            tally.kept([arrival.entry]);
        } else {
            let seen = format!("{} digits", shape.length);
            tally.broken("six digits or more", seen, vec![arrival.entry]);
        }
    }
    tally.finding()
}

pub(super) static BOUND_TO_REQUEST: Requirement = Requirement {
    id: "asvs.code-bound-to-request",
    level: Level::Must,
    source: "OWASP ASVS 5.0",
    clause: "6.6.2",
    text: "A delivered PIN is good only for the sign-in that asked for it, not for another session.",
    judge: |entries| {
        must_refuse(entries, "refused in another session", |story, submission| {
            let delivery = story.delivery(submission.code)?;
            let cause = story.cause(delivery)?;
            let elsewhere = cause.session != submission.exchange.session
                && cause.person == Some(submission.person);
            (elsewhere && submission.first_use).then(|| vec![cause.answered, delivery.entry])
        })
    },
};

pub(super) static BOUND_TO_PERSON: Requirement = Requirement {
    id: "code.bound-to-person",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by RFC 6238 §3 R2, R5 and OWASP ASVS 5.0 6.6.2",
    text: "Nobody signs in with another person's code.",
    judge: |entries| {
        must_refuse(entries, "another person's code is refused", |story, submission| {
            let delivered = story.delivery(submission.code).map(|one| (one.person, one.entry));
            let made = story.making(submission.code).map(|one| (one.owner, one.entry));
            let (owner, entry) = delivered.or(made)?;
            (owner != submission.person && submission.first_use).then(|| vec![entry])
        })
    },
};

pub(super) static SUPERSEDED_BY_RESEND: Requirement = Requirement {
    id: "code.superseded-by-resend",
    level: Level::Should,
    source: "Fobwatch",
    clause: "implied by OWASP ASVS 5.0 6.6.2",
    text: "Once a newer PIN was sent for the same sign-in, the older one is refused.",
    judge: |entries| {
        must_refuse(entries, "the older PIN is refused", |story, submission| {
            let delivery = story.delivery(submission.code)?;
            let cause = story.cause(delivery)?;
            let newer = story.arrivals.iter().find(|one| {
                one.entry > delivery.entry
                    && one.entry < submission.exchange.asked
                    && one.code.is_some_and(|code| code != submission.code)
                    && story.cause(one).is_some_and(|other| other.session == cause.session)
            })?;
            let here = cause.session == submission.exchange.session;
            (here && submission.first_use).then(|| vec![delivery.entry, newer.entry])
        })
    },
};

pub(super) static FRESH: Requirement = Requirement {
    id: "code.fresh",
    level: Level::Should,
    source: "Fobwatch",
    clause: "implied by OWASP ASVS 5.0 6.5.3 and 6.6.2",
    text: "Every request for a PIN gives a new one.",
    judge: fresh,
};

fn fresh(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let asks = story.exchanges.iter().filter(|exchange| {
        matches!(
            exchange.request.operation,
            OperationKind::SignIn | OperationKind::ChooseChannel | OperationKind::ResendCode
        )
    });
    let mut sent: Vec<_> = Vec::new();
    for ask in asks {
        let Some(arrival) = story.codes_after(ask).first().copied() else { continue };
        let earlier = sent.iter().find(|one: &&&crate::conformance::story::Arrival<'_>| {
            one.person == arrival.person && one.code == arrival.code
        });
        if let Some(earlier) = earlier {
            let evidence = vec![earlier.entry, arrival.entry];
            tally.broken("a new PIN", "the same PIN was sent again", evidence);
        } else if sent.iter().any(|one| one.person == arrival.person) {
            tally.kept([arrival.entry]);
        }
        sent.push(arrival);
    }
    tally.finding()
}
