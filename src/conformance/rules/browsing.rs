//! Forced browsing: management of tokens without the second factor, or of somebody else's
//! (WSTG-ATHN-11).

use super::first_factor::is_at_token;
use crate::conformance::story::{Exchange, Story, Tally};
use crate::conformance::{Finding, Level, Requirement};
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::journal::Entry;

const SOURCE: &str = "OWASP WSTG";
const CLAUSE: &str = "WSTG-ATHN-11, management of factors";
const PROFILES: &[&str] = &["guide", "wstg-mfa", "asvs-l2"];

pub(super) static TOKEN_LIST_PROTECTED: Requirement = Requirement {
    id: "wstg.token-list-protected",
    level: Level::Must,
    source: SOURCE,
    clause: CLAUSE,
    text: "Tokens are not listed to somebody who still owes the second factor.",
    judge: |entries| protected(entries, OperationKind::ListTokens, ReplyKind::Tokens),
    profiles: PROFILES,
    weakness: Some(306),
    ..Requirement::PLAIN
};

pub(super) static REVOCATION_PROTECTED: Requirement = Requirement {
    id: "wstg.revocation-protected",
    level: Level::Must,
    source: SOURCE,
    clause: CLAUSE,
    text: "No token is removed by somebody who still owes the second factor.",
    judge: |entries| protected(entries, OperationKind::RevokeToken, ReplyKind::Done),
    profiles: PROFILES,
    weakness: Some(306),
    ..Requirement::PLAIN
};

pub(super) static ENROLMENT_PROTECTED: Requirement = Requirement {
    id: "wstg.enrolment-protected",
    level: Level::Must,
    source: SOURCE,
    clause: "WSTG-ATHN-11, management of factors; NIST SP 800-63B-4 §4.1.2.1",
    text: "Nobody who has a token enrols another one before showing a code of the first.",
    judge: |entries| protected(entries, OperationKind::BeginEnrolment, ReplyKind::Activation),
    profiles: &["guide", "wstg-mfa", "asvs-l2", "nist-aal2"],
    weakness: Some(306),
    ..Requirement::PLAIN
};

/// Whether `operation` is refused while the session is asked for a code of the token.
fn protected(entries: &[Entry], operation: OperationKind, granted: ReplyKind) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.asks(operation).filter(|one| is_at_token(&story, one)) {
        if exchange.observed.reply == granted {
            let seen = format!("it was answered with {granted}");
            let expected = format!("{operation} is refused before a code of the token");
            tally.broken(expected, seen, exchange.evidence());
        } else if exchange.observed.reply != ReplyKind::Unsupported {
            tally.kept(exchange.evidence());
        }
    }
    tally.finding()
}

pub(super) static REVOCATION_OWN_ONLY: Requirement = Requirement {
    id: "wstg.revocation-own-only",
    level: Level::Must,
    source: SOURCE,
    clause: "WSTG-ATHN-11 and WSTG-ATHZ-04, references to objects of others",
    text: "Nobody removes a token of somebody else by naming its number.",
    judge: revocation_own_only,
    profiles: PROFILES,
    weakness: Some(639),
    ..Requirement::PLAIN
};

fn revocation_own_only(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.asks(OperationKind::RevokeToken) {
        let (Some(person), Some(token)) =
            (signed_in(&story, exchange), exchange.request.target.as_deref())
        else {
            continue;
        };
        let Some(owner) = owner_of(&story, token, exchange).filter(|owner| *owner != person) else {
            continue;
        };
        let evidence = exchange.evidence();
        match exchange.observed.reply {
            ReplyKind::Done => {
                let seen = format!("{person} removed a token of {owner}");
                tally.broken("refused: the token is somebody else's", seen, evidence);
            }
            ReplyKind::Rejected => tally.kept(evidence),
            _ => {}
        }
    }
    tally.finding()
}

/// Who acts, if that is known: where a sign-in was refused, the person before may still be there.
fn signed_in<'a>(story: &Story<'a>, exchange: &Exchange<'a>) -> Option<&'a str> {
    let mut earlier = story.earlier(exchange.session, exchange.asked);
    let sign_in = earlier.find(|one| one.request.operation == OperationKind::SignIn);
    exchange.person.filter(|_| !sign_in.is_some_and(Exchange::is_rejected))
}

/// To whom the token with this serial number was shown, as the only one.
fn owner_of<'a>(story: &Story<'a>, token: &str, before: &Exchange<'a>) -> Option<&'a str> {
    let mut shown = story.exchanges.iter().filter(|one| {
        one.answered < before.asked
            && one.observed.offered.as_ref().and_then(|offered| offered.serial_number.as_deref())
                == Some(token)
    });
    let owner = shown.next()?.person?;
    shown.all(|other| other.person == Some(owner)).then_some(owner)
}

pub(super) static LIST_OWN_ONLY: Requirement = Requirement {
    id: "wstg.list-own-only",
    level: Level::Must,
    source: SOURCE,
    clause: "WSTG-ATHN-11 and WSTG-ATHZ-04, references to objects of others",
    text: "The list of tokens shows one's own and no other.",
    judge: list_own_only,
    profiles: PROFILES,
    weakness: Some(639),
    ..Requirement::PLAIN
};

fn list_own_only(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.asks(OperationKind::ListTokens) {
        let Some(person) = signed_in(&story, exchange) else { continue };
        for bound in &exchange.observed.bound {
            match owner_of(&story, &bound.id, exchange) {
                Some(owner) if owner == person => tally.kept(exchange.evidence()),
                Some(owner) => {
                    let seen = format!("{person} sees a token of {owner}");
                    tally.broken("one's own tokens only", seen, exchange.evidence());
                }
                None => {}
            }
        }
    }
    tally.finding()
}
