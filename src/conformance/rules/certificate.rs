//! The signing certificate: nobody but a person with a living token gets one (sole control,
//! eIDAS Art. 26(c)).

use crate::conformance::story::{Exchange, Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::Assurance;
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::journal::Entry;

const SOURCE: &str = "the enrolment guide";

pub(super) static NOT_WHILE_ACTIVATING: Requirement = Requirement {
    id: "guide.certificate-not-while-activating",
    level: Level::Must,
    source: SOURCE,
    clause: "step 11, implied by sole control (eIDAS Art. 26(c))",
    text: "No certificate is created while the token is still being set up.",
    judge: not_while_activating,
    reading: Reading::Memory,
    weakness: Some(306),
    ..Requirement::PLAIN
};

fn not_while_activating(entries: &[Entry]) -> Finding {
    judge(entries, "no certificate before the enrolment is finished", |story, exchange| {
        // Whoever signed in with two factors may be adding a second token.
        if story.assurance(exchange.session, exchange.asked) == Some(Assurance::TwoFactor) {
            return None;
        }
        let mut earlier = story.earlier(exchange.session, exchange.asked);
        let standing = earlier.find(|one| {
            !one.is_rejected()
                && !matches!(one.observed.reply, ReplyKind::Done | ReplyKind::Unsupported)
        })?;
        (standing.observed.reply == ReplyKind::Activation).then_some(standing.answered)
    })
}

pub(super) static NOT_AFTER_REMOVAL: Requirement = Requirement {
    id: "guide.certificate-not-after-removal",
    level: Level::Must,
    source: SOURCE,
    clause: "step 11, implied by sole control (eIDAS Art. 26(c))",
    text: "No certificate is created for somebody whose last token was removed.",
    judge: not_after_removal,
    reading: Reading::Memory,
    weakness: Some(613),
    ..Requirement::PLAIN
};

fn not_after_removal(entries: &[Entry]) -> Finding {
    judge(entries, "no certificate without a token", |story, exchange| {
        let person = exchange.person?;
        let removed = story.exchanges.iter().rev().find(|one| {
            one.request.operation == OperationKind::RevokeToken
                && one.person == Some(person)
                && one.observed.reply == ReplyKind::Done
                && one.answered < exchange.asked
        })?;
        let bound = story.exchanges.iter().filter(|one| {
            one.person == Some(person)
                && one.observed.reply == ReplyKind::Enrolled
                && one.request.operation == OperationKind::ConfirmEnrolment
        });
        let since = bound.clone().any(|one| one.asked > removed.answered);
        (bound.count() == 1 && !since).then_some(removed.answered)
    })
}

/// Judges every attempt to create a certificate for which `forbidden` gives a proof.
fn judge(
    entries: &[Entry],
    expected: &str,
    forbidden: impl Fn(&Story<'_>, &Exchange<'_>) -> Option<crate::journal::EntryId>,
) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.asks(OperationKind::CreateCertificate) {
        if story.is_uncertain(exchange.session, exchange.asked) {
            continue;
        }
        let Some(proof) = forbidden(&story, exchange) else { continue };
        let mut evidence = vec![proof];
        evidence.extend(exchange.evidence());
        match exchange.observed.reply {
            ReplyKind::Certificate => tally.broken(expected, "a certificate was created", evidence),
            ReplyKind::Unsupported | ReplyKind::Done => {}
            _ => tally.kept(evidence),
        }
    }
    tally.finding()
}
