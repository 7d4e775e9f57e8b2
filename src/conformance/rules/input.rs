//! Codes as people and attackers write them.

use crate::conformance::story::{Story, Submission, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::RejectionClass;
use crate::domain::operation::{OperationKind, Writing};
use crate::domain::reply::ReplyKind;
use crate::journal::Entry;

const SOURCE: &str = "Fobwatch";

pub(super) static CUT_CODE_REFUSED: Requirement = Requirement {
    id: "input.cut-code-refused",
    level: Level::Must,
    source: SOURCE,
    clause: "implied by RFC 4226 §4 R4: fewer digits are fewer guesses",
    text: "A code without its last digit is refused.",
    judge: |entries| refused(entries, &[Writing::Cut]),
    reading: Reading::Own,
    profiles: &["guide", "wstg-mfa"],
    weakness: Some(187),
    ..Requirement::PLAIN
};

pub(super) static EXTENDED_CODE_REFUSED: Requirement = Requirement {
    id: "input.extended-code-refused",
    level: Level::Must,
    source: SOURCE,
    clause: "implied by RFC 4226 §4 R4: a code is compared whole",
    text: "A code with something before or behind it is refused.",
    judge: |entries| {
        refused(entries, &[Writing::Extended, Writing::LeadingZero, Writing::Nul, Writing::Long])
    },
    reading: Reading::Own,
    profiles: &["guide", "wstg-mfa"],
    weakness: Some(187),
    ..Requirement::PLAIN
};

pub(super) static EMPTY_CODE_REFUSED: Requirement = Requirement {
    id: "input.empty-code-refused",
    level: Level::Must,
    source: SOURCE,
    clause: "WSTG-ATHN-11 tries it: a missing code equals one that is gone",
    text: "Nothing at all is refused, also when the code is gone.",
    judge: |entries| refused(entries, &[Writing::Empty]),
    reading: Reading::Own,
    profiles: &["guide", "wstg-mfa"],
    weakness: Some(287),
    ..Requirement::PLAIN
};

pub(super) static PATTERN_REFUSED: Requirement = Requirement {
    id: "input.pattern-refused",
    level: Level::Must,
    source: SOURCE,
    clause: "implied by \"code\": it is compared, not searched for",
    text: "A pattern or a negative number in the place of a code is refused.",
    judge: |entries| refused(entries, &[Writing::Wildcard, Writing::Negative]),
    reading: Reading::Own,
    profiles: &["guide", "wstg-mfa"],
    weakness: Some(943),
    ..Requirement::PLAIN
};

pub(super) static LIST_REFUSED: Requirement = Requirement {
    id: "input.list-refused",
    level: Level::Must,
    source: SOURCE,
    clause: "implied by RFC 4226 §7.3: one attempt is one guess",
    text: "A list with the right code among wrong ones is refused.",
    judge: |entries| refused(entries, &[Writing::Among]),
    reading: Reading::Own,
    profiles: &["guide", "wstg-mfa"],
    weakness: Some(307),
    ..Requirement::PLAIN
};

/// Whether codes of the session, written in one of these ways, are refused.
fn refused(entries: &[Entry], writings: &[Writing]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for (submission, writing) in odd(&story) {
        if !writings.contains(&writing) || !story.awaited(submission.exchange) {
            continue;
        }
        if submission.accepted {
            let seen = format!("written {writing:?} {}", submission.said()).to_lowercase();
            tally.broken("refused", seen, submission.evidence());
        } else if !is_barred(&submission) {
            tally.kept(submission.evidence());
        }
    }
    tally.finding()
}

/// Whether the account or the sender was refused, whatever the code: that tests no code.
fn is_barred(submission: &Submission<'_, '_>) -> bool {
    let class = submission.exchange.observed.class;
    matches!(class, Some(RejectionClass::Locked | RejectionClass::RateLimited))
}

fn odd<'s, 'a>(story: &'s Story<'a>) -> Vec<(Submission<'s, 'a>, Writing)> {
    let writing = |one: &Submission<'_, '_>| one.exchange.request.written;
    story.submissions().into_iter().filter_map(|one| writing(&one).map(|w| (one, w))).collect()
}

pub(super) static READ_AS_PEOPLE_WRITE: Requirement = Requirement {
    id: "input.read-as-people-write",
    level: Level::Should,
    source: SOURCE,
    clause: "implied by how messages print codes and people paste them",
    text: "A code with a space or hyphen inside, spaces around or full-width digits is accepted.",
    judge: read_as_people_write,
    reading: Reading::Own,
    ..Requirement::PLAIN
};

fn read_as_people_write(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let submissions = story.submissions();
    for (submission, writing) in odd(&story).iter().filter(|(_, one)| one.means_the_same()) {
        let untouched = submission.refused_before == 0
            && !submission.accepted_before
            && story.awaited(submission.exchange)
            && !submissions.iter().any(|one| {
                one.person == submission.person && one.exchange.asked < submission.exchange.asked
            });
        let Some(delivery) = story.delivery(submission.code) else { continue };
        let own =
            story.cause(delivery).is_some_and(|one| one.session == submission.exchange.session);
        if !untouched || !own {
            continue;
        }
        let mut evidence = vec![delivery.entry];
        evidence.extend(submission.evidence());
        if submission.accepted {
            tally.kept(evidence);
        } else {
            let seen = format!("written {writing:?} {}", submission.said()).to_lowercase();
            tally.broken("accepted: it is the code", seen, evidence);
        }
    }
    tally.finding()
}

pub(super) static SESSION_SURVIVES: Requirement = Requirement {
    id: "input.session-survives",
    level: Level::Should,
    source: SOURCE,
    clause: "implied by \"wrong\": input that makes no sense is a wrong code and no more",
    text: "Nonsense in the place of a code does not throw the person out.",
    judge: session_survives,
    reading: Reading::Own,
    ..Requirement::PLAIN
};

fn session_survives(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for (submission, _) in odd(&story).iter().filter(|(one, _)| !one.accepted) {
        if is_barred(submission)
            || submission.refused_before > 0
            || !story.awaited(submission.exchange)
        {
            continue;
        }
        let next = story.exchanges.iter().find(|one| {
            one.session == submission.exchange.session
                && one.asked > submission.exchange.answered
                && one.request.operation == OperationKind::Probe
        });
        let Some(next) = next else { continue };
        let mut evidence = submission.evidence();
        evidence.extend(next.evidence());
        if next.observed.reply == ReplyKind::SignedOut {
            tally.broken("still asked for the code", "the session is gone", evidence);
        } else {
            tally.kept(evidence);
        }
    }
    tally.finding()
}
