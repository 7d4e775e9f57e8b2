//! Binding a token: fresh material, used once, in time, and told to the person.

use super::notice::{Event, told};
use crate::conformance::story::{DeviceAct, Exchange, Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::RejectionClass;
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::journal::{Entry, EntryId, Mark, Offered};
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
        let now = exchange.observed.offered.as_ref().map(secrets).unwrap_or_default();
        if now.is_empty() {
            continue;
        }
        // One secret that changes is enough: an address or a link beside it may stay.
        let same = |(_, then): &&(_, Vec<Mark>)| now.iter().all(|mark| then.contains(mark));
        let repeated: Vec<_> = earlier.iter().filter(same).collect();
        let spent = repeated.iter().find(|(first, _)| is_spent(&story, first, exchange));
        if let Some((first, _)) = spent {
            let again: Vec<String> = now.iter().map(ToString::to_string).collect();
            let evidence = vec![first.answered, exchange.asked, exchange.answered];
            tally.broken("new material", format!("the same again: {}", again.join(", ")), evidence);
        } else if let Some((first, _)) = earlier.last().filter(|_| repeated.is_empty()) {
            tally.kept([first.answered, exchange.answered]);
        }
        earlier.push((exchange, now));
    }
    tally.finding()
}

/// Whether the material of an earlier page may not be shown on a later one: it was used or
/// cancelled meanwhile, or it is another person's. An unused page may be shown again.
fn is_spent(story: &Story<'_>, first: &Exchange<'_>, again: &Exchange<'_>) -> bool {
    let material = first.observed.offered.as_ref().and_then(|offered| offered.qr);
    let activated = story.acts.iter().any(|act| {
        act.activated
            && act.entry > first.answered
            && act.entry < again.asked
            && material.is_some()
            && scanned(story, act) == material
    });
    let ended = story.exchanges.iter().any(|one| {
        one.session == first.session
            && one.asked > first.answered
            && one.answered < again.asked
            && (one.observed.reply == ReplyKind::Enrolled
                || one.request.operation == OperationKind::Cancel
                    && one.observed.reply == ReplyKind::Done)
    });
    activated || ended || first.person != again.person
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
    for exchange in story.exchanges.iter().filter(|one| binds(&story, one)) {
        let Some(person) = exchange.person else { continue };
        let binding = Event { person, since: exchange.asked, by: exchange.answered };
        let expected = "a notice that a token was bound";
        told(&story, &binding, expected, vec![exchange.answered], &mut tally);
    }
    tally.finding()
}

/// Whether this exchange bound a token. OK pressed once more binds no other.
fn binds(story: &Story<'_>, exchange: &Exchange<'_>) -> bool {
    let is_binding = |one: &Exchange<'_>| {
        one.observed.reply == ReplyKind::Enrolled && one.request.operation != OperationKind::Probe
    };
    let mut before = story.earlier(exchange.session, exchange.asked);
    let last = before
        .find(|one| is_binding(one) || one.request.operation == OperationKind::BeginEnrolment);
    is_binding(exchange) && !last.is_some_and(is_binding)
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
        let begun = story.asks(OperationKind::BeginEnrolment).filter(|one| {
            one.person == Some(person)
                && one.answered < exchange.asked
                && one.observed.reply == ReplyKind::Activation
        });
        let Some(begun) = begun.last() else { continue };
        let unknown = story.is_uncertain(begun.session, exchange.asked);
        if unknown
            || story.tokens_left(person, exchange.asked) > 0
            || may_have_bound(&story, begun, exchange.asked)
        {
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

/// Whether a token may have been bound since `begun` without the OK button: some services bind the
/// app when it activates, or when its registration code is typed, and OK is only a page.
fn may_have_bound(story: &Story<'_>, begun: &Exchange<'_>, before: EntryId) -> bool {
    let activated = story.acts.iter().any(|act| {
        act.activated
            && Some(act.owner) == begun.person
            && act.entry > begun.answered
            && act.entry < before
    });
    activated
        || story.asks(OperationKind::SubmitRegistrationCode).any(|one| {
            one.person == begun.person
                && one.asked > begun.answered
                && one.answered < before
                && !one.is_rejected()
        })
}

pub(super) static CANCELLED_MATERIAL_DEAD: Requirement = Requirement {
    id: "enrolment.cancelled-material-dead",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by OWASP ASVS 5.0 6.4.1",
    text: "Material of a cancelled enrolment activates no device.",
    judge: |entries| {
        dead_after(entries, |story, shown| {
            let cancelled = story.asks(OperationKind::Cancel).find(|one| {
                one.session == shown.session
                    && one.asked > shown.answered
                    && one.observed.reply == ReplyKind::Done
            })?;
            let mut between = story.exchanges.iter().filter(|one| {
                one.session == shown.session
                    && one.asked > shown.answered
                    && one.answered < cancelled.asked
            });
            between.all(super::super::story::Exchange::is_rejected).then_some(cancelled.answered)
        })
    },
    reading: Reading::Own,
    weakness: Some(613),
    ..Requirement::PLAIN
};

pub(super) static OLDER_MATERIAL_DEAD: Requirement = Requirement {
    id: "enrolment.older-material-dead",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by OWASP ASVS 5.0 6.4.1",
    text: "Once an enrolment was begun anew, the earlier material activates no device.",
    judge: |entries| {
        dead_after(entries, |story, shown| {
            let newer = story.asks(OperationKind::BeginEnrolment).find(|one| {
                one.session == shown.session
                    && one.asked > shown.answered
                    && one.observed.reply == ReplyKind::Activation
                    && one.request.token == shown.request.token
            })?;
            Some(newer.answered)
        })
    },
    reading: Reading::Own,
    weakness: Some(613),
    ..Requirement::PLAIN
};

/// Whether devices that present the QR code of a page are turned away once it is dead; `ended`
/// gives the entry by which the page's material died.
fn dead_after(
    entries: &[Entry],
    ended: impl Fn(&Story<'_>, &Exchange<'_>) -> Option<EntryId>,
) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for act in story.acts.iter().filter(|one| one.act == "activate") {
        let mut before = story.acts.iter().rev().filter(|one| one.entry < act.entry);
        let scanned = before.find(|one| one.device == act.device && one.act == "scan");
        let Some(scanned) = scanned.filter(|one| one.given.is_some()) else { continue };
        let shown = story.exchanges.iter().find(|one| {
            one.observed.offered.as_ref().and_then(|offered| offered.qr) == scanned.given
        });
        let Some(shown) = shown else { continue };
        let Some(end) = ended(&story, shown).filter(|end| *end < act.entry) else { continue };
        let evidence = vec![shown.answered, end, scanned.entry, act.entry];
        if act.activated {
            tally.broken("turned away", "the device was activated", evidence);
        } else if act.turned_away {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static CAN_BEGIN_AGAIN: Requirement = Requirement {
    id: "enrolment.can-begin-again",
    level: Level::Must,
    source: "the enrolment guide",
    clause: "step 4, implied: whoever must enrol can",
    text: "A cancelled enrolment can be begun again.",
    judge: can_begin_again,
    ..Requirement::PLAIN
};

fn can_begin_again(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for begun in story.asks(OperationKind::BeginEnrolment) {
        let Some(before) = story.earlier(begun.session, begun.asked).next() else { continue };
        let cancelled = before.request.operation == OperationKind::Cancel
            && before.observed.reply == ReplyKind::Done;
        let shown = story
            .earlier(begun.session, before.asked)
            .next()
            .is_some_and(|one| one.observed.reply == ReplyKind::Activation);
        if !cancelled || !shown {
            continue;
        }
        let mut evidence = vec![before.answered];
        evidence.extend(begun.evidence());
        match begun.observed.reply {
            ReplyKind::Activation => tally.kept(evidence),
            ReplyKind::Rejected => {
                tally.broken("fresh material", "the enrolment cannot be begun again", evidence);
            }
            _ => {}
        }
    }
    tally.finding()
}

pub(super) static REGISTRATION_CODE_BOUND: Requirement = Requirement {
    id: "enrolment.registration-code-bound",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by step 4 of the guide's Windows part: the code belongs to the token",
    text: "A registration code of one person's token does not complete another one's enrolment.",
    judge: registration_code_bound,
    reading: Reading::Own,
    weakness: Some(639),
    ..Requirement::PLAIN
};

fn registration_code_bound(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.asks(OperationKind::SubmitRegistrationCode) {
        let Some(code) = exchange.request.code else { continue };
        let mut makers = story.acts.iter().filter(|one| one.code == Some(code));
        let Some(maker) = makers.next() else { continue };
        let foreign = Some(maker.owner) != exchange.person;
        if !foreign || makers.any(|one| Some(one.owner) == exchange.person) {
            continue;
        }
        let mut evidence = vec![maker.entry];
        evidence.extend(exchange.evidence());
        match exchange.observed.reply {
            ReplyKind::Done | ReplyKind::Enrolled => {
                tally.broken("refused: it is somebody else's", "it was taken", evidence);
            }
            ReplyKind::Rejected => tally.kept(evidence),
            _ => {}
        }
    }
    tally.finding()
}

pub(super) static SLIP_COSTS_NOTHING: Requirement = Requirement {
    id: "enrolment.slip-costs-nothing",
    level: Level::Should,
    source: "Fobwatch",
    clause: "implied by the check digit of the registration code",
    text: "A registration code with a wrong check digit counts as a slip and locks nobody.",
    judge: slip_costs_nothing,
    reading: Reading::Own,
    ..Requirement::PLAIN
};

fn slip_costs_nothing(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let typed: Vec<&Exchange<'_>> = story.asks(OperationKind::SubmitRegistrationCode).collect();
    let slips: Vec<_> = typed
        .iter()
        .filter(|one| {
            let shown = one.request.code;
            one.is_rejected() && !story.acts.iter().any(|act| act.code == shown)
        })
        .collect();
    let Some(last) = slips.last().filter(|_| slips.len() >= 5) else { return Finding::Untested };
    for exchange in typed.iter().filter(|one| one.asked > last.answered) {
        if exchange.person != last.person || exchange.session != last.session {
            continue;
        }
        let mut evidence = last.evidence();
        evidence.extend(exchange.evidence());
        if exchange.observed.class == Some(RejectionClass::Locked) {
            tally.broken("the right one is taken", "slips have locked the account", evidence);
        } else if !exchange.is_rejected() {
            tally.kept(evidence);
        }
    }
    tally.finding()
}
