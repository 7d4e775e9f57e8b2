//! Sessions: what they may do before their steps, beside each other, and after their end.

use crate::conformance::story::{Exchange, Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::journal::Entry;

pub(super) static ENDS_AT_SIGN_OUT: Requirement = Requirement {
    id: "session.ends-at-sign-out",
    level: Level::Must,
    source: "NIST SP 800-63B-4",
    clause: "§5.1",
    text: "After signing out the session may do nothing any more.",
    judge: ends_at_sign_out,
    weakness: Some(613),
    ..Requirement::PLAIN
};

fn ends_at_sign_out(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in &story.exchanges {
        let Some(before) = story.earlier(exchange.session, exchange.asked).next() else { continue };
        let ended = before.request.operation == OperationKind::SignOut
            && matches!(before.observed.reply, ReplyKind::SignedOut | ReplyKind::Done);
        if !ended || exchange.request.operation == OperationKind::SignIn {
            continue;
        }
        let evidence = vec![before.answered, exchange.asked, exchange.answered];
        match exchange.observed.reply {
            ReplyKind::SignedOut | ReplyKind::Rejected => tally.kept(evidence),
            ReplyKind::SignedIn
            | ReplyKind::EnrolmentRequired
            | ReplyKind::Certificate
            | ReplyKind::Activation
            | ReplyKind::Tokens => tally.broken(
                "the session is signed out",
                format!("it was answered with {}", exchange.observed.reply),
                evidence,
            ),
            _ => {}
        }
    }
    tally.finding()
}

pub(super) static STEPS_NOT_SKIPPED: Requirement = Requirement {
    id: "session.steps-not-skipped",
    level: Level::Must,
    source: "OWASP WSTG",
    clause: "WSTG-ATHN-11, forced browsing after the first factor",
    text: "Nothing is enrolled, listed or created in a session whose code has not been accepted.",
    judge: steps_not_skipped,
    weakness: Some(306),
    ..Requirement::PLAIN
};

/// Whether the session had got past its demand for a code when `exchange` was asked, or may have:
/// an unanswered question leaves it open.
fn has_passed(story: &Story<'_>, exchange: &Exchange<'_>) -> bool {
    if story.is_uncertain(exchange.session, exchange.asked) {
        return true;
    }
    let mut earlier = story.earlier(exchange.session, exchange.asked);
    earlier
        .find_map(|one| match one.observed.reply {
            ReplyKind::EnrolmentRequired
            | ReplyKind::SignedIn
            | ReplyKind::Activation
            | ReplyKind::Enrolled => Some(true),
            ReplyKind::CodeRequired | ReplyKind::TokenRequired | ReplyKind::SignedOut => {
                Some(false)
            }
            _ => None,
        })
        .unwrap_or(false)
}

fn steps_not_skipped(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in &story.exchanges {
        let protected = matches!(
            exchange.request.operation,
            OperationKind::BeginEnrolment
                | OperationKind::ConfirmEnrolment
                | OperationKind::CreateCertificate
                | OperationKind::ListTokens
                | OperationKind::RevokeToken
        );
        if !protected || has_passed(&story, exchange) {
            continue;
        }
        match exchange.observed.reply {
            // A page that asks for the code again has refused as well.
            ReplyKind::Rejected | ReplyKind::CodeRequired | ReplyKind::TokenRequired => {
                tally.kept(exchange.evidence());
            }
            ReplyKind::Unsupported | ReplyKind::SignedOut | ReplyKind::Done => {}
            other => tally.broken(
                format!("{} is refused before a code is accepted", exchange.request.operation),
                format!("it was answered with {other}"),
                exchange.evidence(),
            ),
        }
    }
    tally.finding()
}

pub(super) static INDEPENDENT: Requirement = Requirement {
    id: "session.independent",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by NIST SP 800-63B-4 §5.1",
    text: "What one browser has proven gives another browser nothing.",
    judge: independent,
    reading: Reading::Own,
    weakness: Some(287),
    ..Requirement::PLAIN
};

fn independent(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for probe in story.asks(OperationKind::Probe) {
        let elsewhere = story.exchanges.iter().find(|one| {
            one.session != probe.session
                && one.answered < probe.asked
                && matches!(one.observed.reply, ReplyKind::SignedIn | ReplyKind::EnrolmentRequired)
        });
        let Some(elsewhere) = elsewhere else { continue };
        if has_passed(&story, probe) {
            continue;
        }
        let evidence = vec![elsewhere.answered, probe.asked, probe.answered];
        match probe.observed.reply {
            ReplyKind::SignedIn | ReplyKind::EnrolmentRequired => tally.broken(
                "this browser has proven nothing",
                format!("it is treated as {}", probe.observed.reply),
                evidence,
            ),
            ReplyKind::Unsupported => {}
            _ => tally.kept(evidence),
        }
    }
    tally.finding()
}
