//! Binding a token: fresh material, used once, in time, and told to the person.

use crate::conformance::story::{DeviceAct, Exchange, Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::journal::{Entry, Mark, Offered};
use std::time::Duration;

const NIST: &str = "NIST SP 800-63B-4";

pub(super) static FRESH_MATERIAL: Requirement = Requirement {
    id: "enrolment.fresh-material",
    level: Level::Must,
    source: "OWASP ASVS 5.0",
    clause: "6.4.1",
    text: "Each start of an enrolment shows new activation material.",
    judge: fresh_material,
    weakness: Some(330),
    ..Requirement::PLAIN
};

/// The secrets of activation material.
fn secrets(offered: &Offered) -> Vec<Mark> {
    let all = [offered.qr, offered.link, offered.password, offered.activation_code];
    all.into_iter().flatten().collect()
}

fn fresh_material(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let mut earlier: Vec<(&Exchange<'_>, Vec<Mark>)> = Vec::new();
    for exchange in story.asks(OperationKind::BeginEnrolment) {
        let Some(offered) = &exchange.observed.offered else { continue };
        let now = secrets(offered);
        let same = earlier.iter().find(|(_, then)| then.iter().any(|mark| now.contains(mark)));
        if let Some((first, then)) = same {
            let again: Vec<String> =
                then.iter().filter(|mark| now.contains(mark)).map(ToString::to_string).collect();
            let evidence = vec![first.answered, exchange.asked, exchange.answered];
            tally.broken("new material", format!("the same again: {}", again.join(", ")), evidence);
        } else if let Some((first, _)) = earlier.last() {
            tally.kept([first.answered, exchange.answered]);
        }
        earlier.push((exchange, now));
    }
    tally.finding()
}

pub(super) static BINDING_SINGLE_USE: Requirement = Requirement {
    id: "nist.binding-single-use",
    level: Level::Must,
    source: NIST,
    clause: "§4.1.2.2",
    text: "Activation material binds one token, once.",
    judge: binding_single_use,
    profiles: &["guide", "nist-aal2"],
    reading: Reading::Draft,
    weakness: Some(294),
    ..Requirement::PLAIN
};

/// The QR code that `act`'s device had scanned last.
fn scanned(story: &Story<'_>, act: &DeviceAct<'_>) -> Option<Mark> {
    let mut scans = story.acts.iter().rev().filter(|one| one.entry < act.entry);
    scans.find(|one| one.device == act.device && one.act == "scan" && one.given.is_some())?.given
}

fn binding_single_use(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let mut used: Vec<(Mark, &DeviceAct<'_>)> = Vec::new();
    for act in story.acts.iter().filter(|act| act.act == "activate") {
        let Some(material) = scanned(&story, act) else { continue };
        let first = used.iter().find(|(mark, _)| *mark == material);
        match (first, act.activated) {
            (Some((_, first)), true) => tally.broken(
                "the second activation with the same QR code is refused",
                format!("{} was activated with it too", act.device),
                vec![first.entry, act.entry],
            ),
            (Some((_, first)), false) if act.turned_away => tally.kept([first.entry, act.entry]),
            (None, true) => used.push((material, act)),
            (_, false) => {}
        }
    }
    tally.finding()
}

pub(super) static BINDING_TEN_MINUTES: Requirement = Requirement {
    id: "nist.binding-ten-minutes",
    level: Level::Must,
    source: NIST,
    clause: "§4.1.2.2",
    text: "Activation material is good for at most ten minutes.",
    judge: binding_ten_minutes,
    profiles: &["guide", "nist-aal2"],
    reading: Reading::Draft,
    weakness: Some(613),
    ..Requirement::PLAIN
};

/// The longest life of activation material.
const TEN_MINUTES: Duration = Duration::from_mins(10);

fn binding_ten_minutes(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for act in story.acts.iter().filter(|act| act.act == "activate") {
        let material = scanned(&story, act);
        let shown = story.asks(OperationKind::BeginEnrolment).find(|exchange| {
            exchange.observed.offered.as_ref().is_some_and(|one| one.qr == material)
        });
        let Some(shown) = shown.filter(|_| material.is_some()) else { continue };
        let age = act.at - shown.at;
        if age <= TEN_MINUTES {
            continue;
        }
        let evidence = vec![shown.answered, act.entry];
        if act.activated {
            let seen = format!("activated after {} s", age.as_secs());
            tally.broken("refused after ten minutes", seen, evidence);
        } else if act.turned_away {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static BINDING_NOTICE: Requirement = Requirement {
    id: "nist.binding-notice",
    level: Level::Must,
    source: NIST,
    clause: "§4.1.2.1, §4.6",
    text: "The person is told, by a channel of their own, that a token was bound.",
    judge: binding_notice,
    profiles: &["guide", "nist-aal2"],
    reading: Reading::Draft,
    ..Requirement::PLAIN
};

fn binding_notice(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.exchanges.iter().filter(|one| one.observed.reply == ReplyKind::Enrolled) {
        let Some(person) = exchange.person else { continue };
        let notice = story.arrivals.iter().find(|arrival| {
            arrival.person == person && arrival.entry > exchange.asked && arrival.code.is_none()
        });
        // Nobody is blamed for silence that nobody waited for.
        let waited = story
            .waits
            .iter()
            .find(|wait| wait.person == person && wait.entry > exchange.answered && !wait.came);
        match (notice, waited) {
            (Some(notice), _) => tally.kept([exchange.answered, notice.entry]),
            (None, Some(wait)) => {
                let evidence = vec![exchange.answered, wait.entry];
                tally.broken("a notice that a token was bound", "no message came", evidence);
            }
            (None, None) => {}
        }
    }
    tally.finding()
}

pub(super) static ABANDONED_BINDS_NOBODY: Requirement = Requirement {
    id: "enrolment.abandoned-binds-nobody",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by OWASP ASVS 5.0 6.4.1",
    text: "An enrolment that was never finished leaves the person without a token.",
    judge: abandoned_binds_nobody,
    reading: Reading::Own,
    weakness: Some(304),
    ..Requirement::PLAIN
};

fn abandoned_binds_nobody(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.asks(OperationKind::SignIn) {
        let Some(person) = exchange.person else { continue };
        let begun = story.asks(OperationKind::BeginEnrolment).find(|one| {
            one.person == Some(person)
                && one.answered < exchange.asked
                && one.observed.reply == ReplyKind::Activation
        });
        let Some(begun) = begun else { continue };
        let unknown = story.is_uncertain(begun.session, exchange.asked);
        if unknown || story.is_enrolled(person, exchange.asked) {
            continue;
        }
        let evidence = vec![begun.answered, exchange.asked, exchange.answered];
        match exchange.observed.reply {
            ReplyKind::CodeRequired | ReplyKind::EnrolmentRequired => tally.kept(evidence),
            ReplyKind::TokenRequired => {
                tally.broken("no token is bound", "a code of a token is asked for", evidence);
            }
            _ => {}
        }
    }
    tally.finding()
}
