//! The first factor as the guide tells it: what is offered, when a PIN may go out, and what it
//! proves.

use crate::conformance::story::{Exchange, Story, Tally};
use crate::conformance::{Finding, Requirement};
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::domain::{Assurance, Channel, RejectionClass, TokenKind};
use crate::journal::Entry;

const GUIDE: &str = "the enrolment guide";

pub(super) static ALTERNATIVE_OFFERED: Requirement = Requirement {
    id: "guide.alternative-offered",
    source: GUIDE,
    clause: "step 2",
    text: "Whoever is asked for a PIN by SMS is offered the mailbox as well.",
    judge: alternative_offered,
    ..Requirement::PLAIN
};

fn alternative_offered(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let asked = story.exchanges.iter().filter(|one| {
        one.request.operation == OperationKind::SignIn
            && one.observed.reply == ReplyKind::CodeRequired
            && one.observed.channel == Some(Channel::Sms)
            && one.observed.looks_for("alternatives")
    });
    for exchange in asked {
        if exchange.observed.alternatives.contains(&Channel::Email) {
            tally.kept(exchange.evidence());
        } else {
            let seen = "the page that asks for the PIN offers no other channel";
            tally.broken("email among the alternatives", seen, exchange.evidence());
        }
    }
    tally.finding()
}

pub(super) static OFFERS_BOTH: Requirement = Requirement {
    id: "guide.offers-both",
    source: GUIDE,
    clause: "step 4 and the Windows steps",
    text: "Both the mobile app and the desktop token are on offer as second factor.",
    judge: offers_both,
    ..Requirement::PLAIN
};

fn offers_both(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let forced =
        story.exchanges.iter().filter(|one| one.observed.reply == ReplyKind::EnrolmentRequired);
    for exchange in forced {
        let offers = &exchange.observed.tokens;
        let guides = [TokenKind::Mobile, TokenKind::Desktop];
        // Who has neither, but takes any authenticator app, serves phones and PCs alike.
        let any_app = offers.contains(&TokenKind::Authenticator);
        if any_app && !guides.iter().any(|kind| offers.contains(kind)) {
            continue;
        }
        if guides.iter().all(|kind| offers.contains(kind)) {
            tally.kept(exchange.evidence());
        } else {
            let names: Vec<String> = offers.iter().map(ToString::to_string).collect();
            let seen = format!("on offer: {}", names.join(", "));
            tally.broken("mobile and desktop on offer", seen, exchange.evidence());
        }
    }
    tally.finding()
}

pub(super) static NO_PIN_WITHOUT_PASSWORD: Requirement = Requirement {
    id: "guide.no-pin-without-password",
    source: GUIDE,
    clause: "steps 1 and 2, by their order",
    text: "No PIN is sent to anybody whose password was wrong.",
    judge: no_pin_without_password,
    weakness: Some(799),
    ..Requirement::PLAIN
};

fn no_pin_without_password(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let refused = story.asks(OperationKind::SignIn).filter(|one| {
        let wrong = story.gave_right_password(one) == Some(false);
        wrong && one.observed.class == Some(RejectionClass::Denied)
    });
    for exchange in refused {
        let seen = ("no message", "a code was sent all the same");
        no_pin(&story, exchange, seen, &mut tally);
    }
    tally.finding()
}

/// Decides whether the person who asked was sent no PIN: one that came breaks it, unless an
/// earlier request may have caused it, and a wait in vain keeps it.
fn no_pin(
    story: &Story<'_>,
    exchange: &Exchange<'_>,
    (expected, seen): (&str, &str),
    tally: &mut Tally,
) {
    let Some(person) = exchange.person else { return };
    let sent = story.codes_after(exchange);
    let mut evidence = exchange.evidence();
    if let Some(arrival) = sent.iter().find(|arrival| arrival.person == person) {
        if !story.is_owed_code(person, arrival.sent) {
            evidence.push(arrival.entry);
            tally.broken(expected, seen, evidence);
        }
        return;
    }
    let waited = story
        .waits
        .iter()
        .find(|wait| wait.person == person && !wait.came && story.follows(exchange, wait.entry));
    if let Some(wait) = waited {
        evidence.push(wait.entry);
        tally.kept(evidence);
    }
}

pub(super) static NO_PIN_BESIDE_TOKEN: Requirement = Requirement {
    id: "guide.no-pin-beside-token",
    source: GUIDE,
    clause: "paragraph after step 11",
    text: "Somebody who is asked for a code of the token is sent no PIN as well.",
    judge: no_pin_beside_token,
    ..Requirement::PLAIN
};

fn no_pin_beside_token(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let asked = story
        .asks(OperationKind::SignIn)
        .filter(|one| one.observed.reply == ReplyKind::TokenRequired);
    for exchange in asked {
        let seen = ("a code of the token only", "a PIN was sent beside it");
        no_pin(&story, exchange, seen, &mut tally);
    }
    tally.finding()
}

pub(super) static NO_FALLBACK_TO_PIN: Requirement = Requirement {
    id: "guide.no-fallback-to-pin",
    source: GUIDE,
    clause: "paragraph after step 11; OWASP ASVS 5.0 6.3.4",
    text: "Somebody with a token cannot choose a delivered PIN instead of its code.",
    judge: no_fallback_to_pin,
    profiles: &["guide", "asvs-l2", "wstg-mfa"],
    weakness: Some(288),
    ..Requirement::PLAIN
};

fn no_fallback_to_pin(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let tried = story.exchanges.iter().filter(|one| {
        let operation = one.request.operation;
        matches!(operation, OperationKind::ChooseChannel | OperationKind::ResendCode)
    });
    for exchange in tried.filter(|one| is_at_token(&story, one)) {
        let mut evidence = exchange.evidence();
        let sent = story.codes_after(exchange).first().map(|arrival| arrival.entry);
        match (exchange.observed.reply, sent) {
            (ReplyKind::CodeRequired, Some(sent)) => {
                evidence.push(sent);
                tally.broken("only the token's code is asked for", "a PIN was sent", evidence);
            }
            (ReplyKind::Rejected, None) => tally.kept(evidence),
            _ => {}
        }
    }
    tally.finding()
}

/// Whether the session was last asked for a code of the token.
pub(super) fn is_at_token(story: &Story<'_>, exchange: &Exchange<'_>) -> bool {
    let mut standing = story.earlier(exchange.session, exchange.asked);
    let last = standing.find(|one| {
        !matches!(
            one.observed.reply,
            ReplyKind::Rejected | ReplyKind::Unsupported | ReplyKind::Done | ReplyKind::Tokens
        )
    });
    last.is_some_and(|one| one.observed.reply == ReplyKind::TokenRequired)
        && !story.is_uncertain(exchange.session, exchange.asked)
}

pub(super) static PIN_IS_NO_SECOND_FACTOR: Requirement = Requirement {
    id: "guide.pin-is-no-second-factor",
    source: GUIDE,
    clause: "introduction and step 4",
    text: "A password and a delivered PIN are never called two factors.",
    judge: pin_is_no_second_factor,
    profiles: &["guide", "wstg-mfa"],
    weakness: Some(287),
    ..Requirement::PLAIN
};

fn pin_is_no_second_factor(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions().iter().filter(|one| one.accepted) {
        let Some(delivery) = story.delivery(submission.code) else { continue };
        // A code of the token may happen to be the same digits.
        if story.making(submission.code).is_some() {
            continue;
        }
        let mut evidence = vec![delivery.entry];
        evidence.extend(submission.evidence());
        if submission.exchange.observed.assurance == Some(Assurance::TwoFactor) {
            tally.broken("no more than a single factor", "it says two factors", evidence);
        } else {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static DESKTOP_NAME: Requirement = Requirement {
    id: "guide.desktop-name",
    source: GUIDE,
    clause: "Windows step 3",
    text: "The address that the page shows tells the desktop token the name of the service.",
    judge: desktop_name,
    ..Requirement::PLAIN
};

fn desktop_name(entries: &[Entry]) -> Finding {
    use crate::domain::device::OutcomeKind;
    let story = Story::of(entries);
    let mut tally = Tally::default();
    // Whether the address that was typed is the one on the page, the journal does not tell: an
    // activation that was shown, and no refusal for want of a network, is as near as it comes.
    let shown = story
        .exchanges
        .iter()
        .find(|one| one.observed.offered.as_ref().is_some_and(|offered| offered.address.is_some()));
    let Some(shown) = shown else { return Finding::Untested };
    for act in story.acts.iter().filter(|one| one.act == "enter_address") {
        let evidence = vec![shown.answered, act.entry];
        match act.outcome {
            OutcomeKind::Named => tally.kept(evidence),
            OutcomeKind::Done => {
                tally.broken("the name fills itself in", "the name stays empty", evidence);
            }
            _ => {}
        }
    }
    tally.finding()
}
