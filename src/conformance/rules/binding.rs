//! What binds a plain key, what is never shown again, and what ends when a token is lost.

use crate::conformance::story::{Exchange, Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::TokenKind;
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::journal::{Entry, EntryId, Mark, SecretKind};

pub(super) static CODE_NOT_REUSED: Requirement = Requirement {
    id: "enrolment.code-not-reused",
    level: Level::Must,
    source: "RFC 6238",
    clause: "§5.2",
    text: "The code that confirmed an enrolment does not sign in as well.",
    judge: code_not_reused,
    profiles: &["guide", "rfc-otp"],
    weakness: Some(294),
    ..Requirement::PLAIN
};

fn code_not_reused(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions().into_iter().filter(|one| one.first_use) {
        let confirmed = story.asks(OperationKind::ConfirmEnrolment).find(|one| {
            one.request.code == Some(submission.code)
                && one.observed.reply == ReplyKind::Enrolled
                && one.answered < submission.exchange.asked
        });
        let Some(confirmed) = confirmed.filter(|_| story.awaited(submission.exchange)) else {
            continue;
        };
        let mut evidence = vec![confirmed.answered];
        evidence.extend(submission.evidence());
        if submission.accepted {
            tally.broken("the code is spent", submission.said(), evidence);
        } else if submission.exchange.is_rejected() {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static NEEDS_PROOF: Requirement = Requirement {
    id: "enrolment.binding-needs-proof",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by NIST SP 800-63B-4 §4.1.2: who binds shows that they hold it",
    text: "A plain key is bound by a code that was made with it, and by nothing else.",
    judge: needs_proof,
    reading: Reading::Own,
    weakness: Some(304),
    ..Requirement::PLAIN
};

pub(super) static CODE_OF_OTHER_DEVICE: Requirement = Requirement {
    id: "enrolment.code-of-other-device",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by NIST SP 800-63B-4 §4.1.2: who binds shows that they hold it",
    text: "A code made with another key does not bind the one that is shown.",
    judge: code_of_other_device,
    reading: Reading::Own,
    weakness: Some(304),
    ..Requirement::PLAIN
};

/// One attempt to bind a plain key: the page it was shown on, and the attempt.
fn attempts<'s, 'a>(
    story: &'s Story<'a>,
) -> impl Iterator<Item = (&'s Exchange<'a>, &'s Exchange<'a>)> {
    story.asks(OperationKind::ConfirmEnrolment).filter_map(|confirmed| {
        let begun = story
            .earlier(confirmed.session, confirmed.asked)
            .find(|one| one.request.operation == OperationKind::BeginEnrolment)?;
        let is_plain = matches!(
            begun.request.token,
            Some(TokenKind::Authenticator | TokenKind::Counter | TokenKind::Challenge)
        );
        is_plain.then_some((begun, confirmed))
    })
}

fn bound_or_not(tally: &mut Tally, begun: &Exchange<'_>, confirmed: &Exchange<'_>, seen: &str) {
    let evidence = vec![begun.answered, confirmed.asked, confirmed.answered];
    match confirmed.observed.reply {
        ReplyKind::Enrolled | ReplyKind::SignedIn => {
            tally.broken("the key is not bound", seen, evidence);
        }
        ReplyKind::Rejected => tally.kept(evidence),
        _ => {}
    }
}

fn needs_proof(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for (begun, confirmed) in attempts(&story) {
        match confirmed.request.code {
            None => bound_or_not(&mut tally, begun, confirmed, "it was bound without a code"),
            Some(code) if story.making(code).is_none() => {
                bound_or_not(&mut tally, begun, confirmed, "a code that nobody made bound it");
            }
            Some(_) => {}
        }
    }
    tally.finding()
}

fn code_of_other_device(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for (begun, confirmed) in attempts(&story) {
        let making = confirmed.request.code.and_then(|code| story.making(code));
        let other = making.and_then(|making| story.material_of(making.device, making.entry));
        if other.is_some_and(|other| other.asked != begun.asked) {
            bound_or_not(&mut tally, begun, confirmed, "a code of another key bound it");
        }
    }
    tally.finding()
}

pub(super) static SEED_NOT_SHOWN_AGAIN: Requirement = Requirement {
    id: "enrolment.seed-not-shown-again",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by OWASP ASVS 5.0 6.5: look-up of a secret that only the token needs",
    text: "Once a token is bound, its key is shown to nobody any more.",
    judge: seed_not_shown_again,
    reading: Reading::Own,
    weakness: Some(522),
    ..Requirement::PLAIN
};

fn seed_not_shown_again(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for (begun, confirmed) in attempts(&story) {
        if confirmed.observed.reply != ReplyKind::Enrolled {
            continue;
        }
        let Some(offered) = &begun.observed.offered else { continue };
        let key = offered.key.as_ref().and_then(|key| key.key);
        let secrets: Vec<Mark> =
            [offered.link, offered.qr, offered.key_file, key].into_iter().flatten().collect();
        for exchange in story.exchanges.iter().filter(|one| one.answered > confirmed.answered) {
            let told = secrets.iter().find(|mark| exchange.shown.contains(&mark.in_text()));
            let evidence = vec![begun.answered, exchange.asked, exchange.answered];
            match told {
                Some(mark) => tally.broken("no key in it", format!("{mark} is in it"), evidence),
                None if exchange.request.operation == OperationKind::ListTokens => {
                    tally.kept(evidence);
                }
                None => {}
            }
        }
    }
    tally.finding()
}

pub(super) static REVOKED_REFUSED: Requirement = Requirement {
    id: "token.revoked-refused",
    level: Level::Must,
    source: "NIST SP 800-63B-4",
    clause: "§4.4",
    text: "Codes of a token that was taken away are refused.",
    judge: revoked_refused,
    reading: Reading::Draft,
    profiles: &["guide", "nist-aal2"],
    weakness: Some(613),
    ..Requirement::PLAIN
};

/// When the token of `material` was revoked or reset, the last time before `entry`.
fn taken_away(
    story: &Story<'_>,
    person: &str,
    material: &Exchange<'_>,
    entry: EntryId,
) -> Option<EntryId> {
    let revoked = story.asks(OperationKind::RevokeToken).filter(|one| {
        one.person == Some(person)
            && one.observed.reply == ReplyKind::Done
            && is_of(story, one, material)
    });
    let times = revoked.chain(story.resets_of(person)).map(|one| one.answered);
    times.filter(|answered| *answered < entry).max()
}

/// Whether a removal took away the token of `material`: its number says so, or there was no other
/// that it could have been.
fn is_of(story: &Story<'_>, removal: &Exchange<'_>, material: &Exchange<'_>) -> bool {
    let number = material.observed.offered.as_ref().and_then(|one| one.serial_number.as_deref());
    match (number, removal.request.target.as_deref(), removal.person) {
        (Some(number), Some(target), _) => number == target,
        (_, _, Some(person)) => story.tokens_left(person, removal.asked) == 1,
        (_, _, None) => false,
    }
}

fn revoked_refused(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions().into_iter().filter(|one| one.first_use) {
        let Some(making) = story.making(submission.code) else { continue };
        let Some(material) = story.material_of(making.device, making.entry) else { continue };
        let ended = taken_away(&story, submission.person, material, submission.exchange.asked);
        let Some(ended) = ended.filter(|ended| material.answered < *ended) else { continue };
        if material.person != Some(submission.person) || !story.awaited(submission.exchange) {
            continue;
        }
        let mut evidence = vec![ended, making.entry];
        evidence.extend(submission.evidence());
        if submission.accepted {
            tally.broken("the old token is refused", submission.said(), evidence);
        } else if submission.exchange.is_rejected() {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static LOST_THEN_RESET: Requirement = Requirement {
    id: "token.lost-then-reset",
    level: Level::Must,
    source: "Fobwatch",
    clause: "what a reset is for: the person begins again",
    text: "After a reset the next sign-in asks for no token.",
    judge: lost_then_reset,
    reading: Reading::Own,
    ..Requirement::PLAIN
};

fn lost_then_reset(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.asks(OperationKind::SignIn) {
        let Some(person) = exchange.person else { continue };
        let reset = story.resets_of(person).filter(|one| one.answered < exchange.asked).last();
        let Some(reset) = reset else { continue };
        if story.is_enrolled(person, exchange.asked) {
            continue;
        }
        let evidence = vec![reset.answered, exchange.asked, exchange.answered];
        match exchange.observed.reply {
            ReplyKind::CodeRequired | ReplyKind::EnrolmentRequired => tally.kept(evidence),
            ReplyKind::TokenRequired => {
                tally.broken("the person begins again", "a token is asked for", evidence);
            }
            _ => {}
        }
    }
    tally.finding()
}

pub(super) static CLONE_SINGLE_USE: Requirement = Requirement {
    id: "token.clone-single-use",
    level: Level::Must,
    source: "RFC 6238",
    clause: "§5.2",
    text: "A code that a copy of the token shows as well is accepted once only.",
    judge: clone_single_use,
    profiles: &["rfc-otp"],
    weakness: Some(294),
    ..Requirement::PLAIN
};

fn clone_single_use(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions().into_iter().filter(|one| one.accepted_before) {
        let showings: Vec<_> = story
            .acts
            .iter()
            .filter(|act| act.act == "read_code" && act.code == Some(submission.code))
            .collect();
        let several = showings.windows(2).any(|two| two[0].device != two[1].device);
        let is_code = submission.code.kind == SecretKind::Code;
        if !several || !is_code || !story.awaited(submission.exchange) {
            continue;
        }
        let mut evidence: Vec<EntryId> = showings.iter().map(|act| act.entry).collect();
        evidence.extend(submission.evidence());
        if submission.accepted {
            tally.broken("the copy's code is spent", submission.said(), evidence);
        } else if submission.exchange.is_rejected() {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static SESSION_ENDS_AT_RESET: Requirement = Requirement {
    id: "session.ends-at-reset",
    level: Level::Should,
    source: "Fobwatch",
    clause: "implied by OWASP ASVS 5.0 7.4.3, which gives the person the choice",
    text: "A reset of a person's factors ends their sessions.",
    judge: session_ends_at_reset,
    reading: Reading::Own,
    weakness: Some(613),
    ..Requirement::PLAIN
};

fn session_ends_at_reset(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in &story.exchanges {
        let (Some(person), OperationKind::Probe | OperationKind::ListTokens) =
            (exchange.person, exchange.request.operation)
        else {
            continue;
        };
        let began = story
            .earlier(exchange.session, exchange.asked)
            .find(|one| one.request.operation == OperationKind::SignIn);
        let reset = story.resets_of(person).filter(|one| one.answered < exchange.asked).last();
        let (Some(began), Some(reset)) = (began, reset) else { continue };
        let was_in = story.assurance(exchange.session, reset.asked).is_some();
        if began.asked > reset.asked || !was_in {
            continue;
        }
        let evidence = vec![reset.answered, exchange.asked, exchange.answered];
        match exchange.observed.reply {
            ReplyKind::SignedOut | ReplyKind::Rejected => tally.kept(evidence),
            ReplyKind::SignedIn | ReplyKind::Tokens => {
                tally.broken("the session is over", "it goes on", evidence);
            }
            _ => {}
        }
    }
    tally.finding()
}
