//! Sessions: what they may do before their steps, beside each other, and after their end.

use crate::conformance::story::{Exchange, Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::journal::Entry;
use std::time::Duration;

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
            // A page that asks for the code or the password again has refused as well.
            ReplyKind::Rejected
            | ReplyKind::CodeRequired
            | ReplyKind::TokenRequired
            | ReplyKind::SignedOut => tally.kept(exchange.evidence()),
            ReplyKind::Unsupported | ReplyKind::Done => {}
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

pub(super) static IDLE_FIVE_MINUTES: Requirement = Requirement {
    id: "psd2.idle-five-minutes",
    level: Level::Must,
    source: "Delegated Regulation (EU) 2018/389",
    clause: "Art. 4(3)(d)",
    text: "Somebody signed in who does nothing for five minutes has to sign in again.",
    judge: |entries| ends_when_idle(entries, Duration::from_mins(5)),
    reading: Reading::Excerpt,
    profiles: &["psd2"],
    weakness: Some(613),
    ..Requirement::PLAIN
};

pub(super) static IDLE_ONE_HOUR: Requirement = Requirement {
    id: "nist.idle-one-hour",
    level: Level::Should,
    source: "NIST SP 800-63B-4",
    clause: "§2.2.3",
    text: "Somebody signed in who does nothing for an hour has to sign in again.",
    judge: |entries| ends_when_idle(entries, Duration::from_hours(1)),
    profiles: &["guide", "nist-aal2"],
    weakness: Some(613),
    ..Requirement::PLAIN
};

fn ends_when_idle(entries: &[Entry], most: Duration) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in &story.exchanges {
        let Some(before) = story.earlier(exchange.session, exchange.asked).next() else { continue };
        let signed_in = story.assurance(exchange.session, exchange.asked)
            == Some(crate::domain::Assurance::TwoFactor);
        let asked_at = entries.get(exchange.asked.index()).map_or(exchange.at, |entry| entry.at);
        if !signed_in
            || exchange.request.operation == OperationKind::SignIn
            || asked_at - before.at <= most
            || story.is_uncertain(exchange.session, exchange.asked)
        {
            continue;
        }
        let mut evidence = vec![before.answered];
        evidence.extend(exchange.evidence());
        match exchange.observed.reply {
            ReplyKind::SignedIn | ReplyKind::Tokens | ReplyKind::Certificate => {
                let idle = (asked_at - before.at).as_secs();
                let seen = format!("still signed in after {idle} idle seconds");
                tally.broken(format!("over after {} s", most.as_secs()), seen, evidence);
            }
            ReplyKind::SignedOut | ReplyKind::Rejected => tally.kept(evidence),
            _ => {}
        }
    }
    tally.finding()
}

pub(super) static SIGN_IN_STARTS_OVER: Requirement = Requirement {
    id: "session.sign-in-starts-over",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by NIST SP 800-63B-4 §5.1: a session is bound to one authentication",
    text: "Who signs in where another person is signed in gains nothing from that.",
    judge: sign_in_starts_over,
    reading: Reading::Own,
    weakness: Some(384),
    ..Requirement::PLAIN
};

fn sign_in_starts_over(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.asks(OperationKind::SignIn) {
        let before = story.assurance(exchange.session, exchange.asked);
        let mut earlier = story.earlier(exchange.session, exchange.asked);
        let former = earlier.find(|one| one.request.operation == OperationKind::SignIn);
        // Somebody who is still signed in and shows the password again gains nothing.
        let is_other = former.is_some_and(|former| former.person != exchange.person);
        if before != Some(crate::domain::Assurance::TwoFactor) || !is_other {
            continue;
        }
        match exchange.observed.reply {
            ReplyKind::SignedIn => {
                let seen = "a password alone, and it is signed in";
                tally.broken("a code is asked for", seen, exchange.evidence());
            }
            ReplyKind::TokenRequired | ReplyKind::CodeRequired => tally.kept(exchange.evidence()),
            _ => {}
        }
    }
    tally.finding()
}

pub(super) static CANCEL_GRANTS_NOTHING: Requirement = Requirement {
    id: "session.cancel-grants-nothing",
    level: Level::Must,
    source: "OWASP WSTG",
    clause: "WSTG-ATHN-11, leaving the second step",
    text: "Leaving the page that asks for a code signs nobody in.",
    judge: cancel_grants_nothing,
    profiles: &["guide", "wstg-mfa"],
    weakness: Some(287),
    ..Requirement::PLAIN
};

fn cancel_grants_nothing(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.asks(OperationKind::Cancel).filter(|one| story.awaited(one)) {
        let next = story
            .exchanges
            .iter()
            .find(|one| one.session == exchange.session && one.asked > exchange.answered);
        let mut evidence = exchange.evidence();
        let signed_in = |one: &Exchange<'_>| one.observed.reply == ReplyKind::SignedIn;
        if signed_in(exchange) {
            tally.broken("nobody is signed in", "leaving signed in", evidence);
            continue;
        }
        let Some(next) = next.filter(|one| one.request.operation == OperationKind::Probe) else {
            continue;
        };
        evidence.extend(next.evidence());
        if signed_in(next) {
            tally.broken("nobody is signed in", "the session is signed in", evidence);
        } else {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static REMOVAL_ENDS_OTHERS: Requirement = Requirement {
    id: "session.removal-ends-others",
    level: Level::Should,
    source: "OWASP ASVS 4.0.3",
    clause: "2.8.6",
    text: "When a token is removed, the person's other sessions end.",
    judge: removal_ends_others,
    profiles: &["guide", "asvs-l2"],
    weakness: Some(613),
    ..Requirement::PLAIN
};

fn removal_ends_others(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let removals =
        story.asks(OperationKind::RevokeToken).filter(|one| one.observed.reply == ReplyKind::Done);
    for removal in removals {
        // With a token left the other session may be that one's.
        if removal.person.is_some_and(|name| story.tokens_left(name, removal.asked) > 1) {
            continue;
        }
        let probes = story.asks(OperationKind::Probe).filter(|one| {
            one.person == removal.person
                && one.session != removal.session
                && one.asked > removal.answered
                && story.assurance(one.session, removal.asked)
                    == Some(crate::domain::Assurance::TwoFactor)
                && story.assurance(one.session, one.asked)
                    == Some(crate::domain::Assurance::TwoFactor)
        });
        for probe in probes {
            let mut evidence = removal.evidence();
            evidence.extend(probe.evidence());
            if probe.observed.reply == ReplyKind::SignedIn {
                tally.broken("the other session is over", "it is signed in", evidence);
            } else {
                tally.kept(evidence);
            }
        }
    }
    tally.finding()
}
