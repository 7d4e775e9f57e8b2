//! Notifications at the app: who may cause one, what an answer to it opens, and how many are too
//! many.

use crate::conformance::story::{DeviceAct, Exchange, Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::device::{OutcomeKind, Reason};
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::domain::{PushAnswer, RejectionClass, Tap};
use crate::journal::Entry;
use std::time::Duration;

const OURS: &str = "Fobwatch";
const CLAUSE: &str = "push";

/// What most of these have in common.
const PUSH: Requirement = Requirement {
    source: OURS,
    clause: CLAUSE,
    reading: Reading::Own,
    profiles: &["guide", "wstg-mfa"],
    ..Requirement::PLAIN
};

/// A page that asks whether the notification was answered, with what is known of that notification.
struct Waiting<'s, 'a> {
    exchange: &'s Exchange<'a>,
    person: &'a str,
    /// What this sign-in asked for; nothing if it asked for none.
    request: Option<&'s Exchange<'a>>,
    /// What was done at the person's apps since.
    answers: Vec<&'s DeviceAct<'a>>,
}

impl Waiting<'_, '_> {
    fn signed_in(&self) -> bool {
        self.exchange.observed.reply == ReplyKind::SignedIn
    }

    fn said(&self) -> String {
        match self.exchange.observed.class {
            Some(class) => format!("the page was refused as {class}"),
            None => format!("the page was answered with {}", self.exchange.observed.reply),
        }
    }

    fn evidence(&self) -> Vec<crate::journal::EntryId> {
        let mut evidence: Vec<_> = self.request.iter().map(|request| request.answered).collect();
        evidence.extend(self.answers.iter().map(|act| act.entry));
        evidence.extend(self.exchange.evidence());
        evidence
    }

    /// The answers that the service took.
    fn taken(&self) -> impl Iterator<Item = &DeviceAct<'_>> {
        self.answers.iter().copied().filter(|act| act.outcome == OutcomeKind::Done)
    }

    fn has_confirmed(&self) -> bool {
        self.taken().any(|act| answer_of(act) == Some(PushAnswer::Confirm))
    }
}

/// What a page may be told that must not be signed in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Allowed {
    /// Only no.
    Refusal,
    /// No, or that it still waits.
    RefusalOrWaiting,
}

/// Decides a page that must not be signed in.
fn must_stay_out(waiting: &Waiting<'_, '_>, allowed: Allowed, tally: &mut Tally) {
    match waiting.exchange.observed.reply {
        ReplyKind::SignedIn => {
            let expected = match allowed {
                Allowed::Refusal => "the page is refused",
                Allowed::RefusalOrWaiting => "the page waits or is refused",
            };
            tally.broken(expected, waiting.said(), waiting.evidence());
        }
        ReplyKind::PushSent if allowed == Allowed::Refusal => {}
        ReplyKind::Rejected | ReplyKind::PushSent => tally.kept(waiting.evidence()),
        _ => {}
    }
}

fn answer_of(act: &DeviceAct<'_>) -> Option<PushAnswer> {
    act.push.map(|push| push.answer)
}

/// Every page that asked, in order.
fn waitings<'s, 'a>(story: &'s Story<'a>) -> Vec<Waiting<'s, 'a>> {
    let asks = story.asks(OperationKind::AwaitPush);
    asks.filter(|exchange| {
        !story.is_contended(exchange) && !story.is_uncertain(exchange.session, exchange.asked)
    })
    .filter_map(|exchange| {
        let person = exchange.person?;
        let request = request_of(story, exchange);
        let since = request.map(|request| request.answered);
        let answers = answers(story).filter(|act| {
            act.owner == person
                && act.entry < exchange.asked
                && since.is_none_or(|since| act.entry > since)
        });
        Some(Waiting { exchange, person, request, answers: answers.collect() })
    })
    .collect()
}

fn answers<'s, 'a>(story: &'s Story<'a>) -> impl Iterator<Item = &'s DeviceAct<'a>> {
    story.acts.iter().filter(|act| act.act == "answer_push")
}

/// The notification that was asked for in the same sign-in before `exchange`.
fn request_of<'s, 'a>(story: &'s Story<'a>, exchange: &Exchange<'a>) -> Option<&'s Exchange<'a>> {
    story
        .earlier(exchange.session, exchange.asked)
        .take_while(|one| one.request.operation != OperationKind::SignIn)
        .find(|one| is_sent(one))
}

fn is_sent(exchange: &Exchange<'_>) -> bool {
    exchange.request.operation == OperationKind::RequestPush
        && exchange.observed.reply == ReplyKind::PushSent
}

/// Whether the person's app can only have been asked for this sign-in: nobody else of that name
/// asked for a notification since.
fn is_alone(story: &Story<'_>, waiting: &Waiting<'_, '_>) -> bool {
    let Some(request) = waiting.request else { return false };
    !story.exchanges.iter().any(|other| {
        is_sent(other)
            && other.person == Some(waiting.person)
            && other.asked > request.answered
            && other.asked < waiting.exchange.asked
    })
}

/// Whether `act` tapped what the page of `request` shows, or nothing where it shows nothing.
fn is_right_number(request: &Exchange<'_>, act: &DeviceAct<'_>) -> bool {
    let Some(shown) = &request.observed.number else { return true };
    act.push.is_some_and(|push| push.tap == Some(Tap::Number(shown.clone())))
}

/// A notification that waits this long at most is answered in time everywhere.
const AT_ONCE: Duration = Duration::from_secs(30);

pub(super) static CONFIRMED_SIGNS_IN: Requirement = Requirement {
    id: "push.confirmed-signs-in",
    text: "A notification that is confirmed at once signs in the page that asked for it.",
    judge: confirmed_signs_in,
    ..PUSH
};

fn confirmed_signs_in(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for waiting in waitings(&story) {
        let (Some(request), [act]) = (waiting.request, waiting.answers.as_slice()) else {
            continue;
        };
        let in_time = waiting.exchange.at - request.at < AT_ONCE;
        let confirmed = act.outcome == OutcomeKind::Done
            && answer_of(act) == Some(PushAnswer::Confirm)
            && is_right_number(request, act);
        if !confirmed || !in_time || !is_alone(&story, &waiting) || is_disturbed(&story, &waiting) {
            continue;
        }
        match waiting.exchange.observed.reply {
            ReplyKind::SignedIn => tally.kept(waiting.evidence()),
            // A page that is told nothing yet may be told in a moment.
            ReplyKind::PushSent if waiting.exchange.at - act.at < Duration::from_secs(1) => {}
            ReplyKind::Rejected | ReplyKind::PushSent => {
                tally.broken("the page is signed in", waiting.said(), waiting.evidence());
            }
            _ => {}
        }
    }
    tally.finding()
}

pub(super) static BOUND_TO_SESSION: Requirement = Requirement {
    id: "push.bound-to-session",
    source: "OWASP ASVS 5.0",
    clause: "6.6.2",
    text: "A confirmed notification signs in the browser that asked for it, and no other.",
    judge: |entries| unasked(entries, Earlier::Fresh),
    reading: Reading::Text,
    profiles: &["guide", "wstg-mfa", "asvs-l2"],
    weakness: Some(287),
    ..PUSH
};

pub(super) static SINGLE_USE: Requirement = Requirement {
    id: "push.single-use",
    source: "NIST SP 800-63B-4",
    clause: "§3.1.3.2",
    text: "A notification that was confirmed once signs in once.",
    judge: |entries| unasked(entries, Earlier::Used),
    reading: Reading::Draft,
    profiles: &["guide", "wstg-mfa", "nist-aal2"],
    weakness: Some(294),
    ..PUSH
};

/// What became of the person's confirmed notification before a page asks that sent none.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Earlier {
    /// It has signed in nobody yet.
    Fresh,
    /// It has signed in a page.
    Used,
}

/// Pages that ask without having sent a notification, while there is one of this kind.
fn unasked(entries: &[Entry], wanted: Earlier) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let all = waitings(&story);
    for waiting in all.iter().filter(|waiting| waiting.request.is_none()) {
        let confirmed = waiting.taken().filter(|act| answer_of(act) == Some(PushAnswer::Confirm));
        let Some(confirmed) = confirmed.last() else { continue };
        let used = all.iter().any(|one| {
            one.signed_in()
                && one.person == waiting.person
                && one.exchange.asked > confirmed.entry
                && one.exchange.asked < waiting.exchange.asked
        });
        if used != (wanted == Earlier::Used) {
            continue;
        }
        let mut evidence = vec![confirmed.entry];
        evidence.extend(waiting.exchange.evidence());
        match waiting.exchange.observed.reply {
            ReplyKind::SignedIn => tally.broken("the page is refused", waiting.said(), evidence),
            ReplyKind::Rejected | ReplyKind::PushSent => tally.kept(evidence),
            _ => {}
        }
    }
    tally.finding()
}

pub(super) static REFUSAL_RESPECTED: Requirement = Requirement {
    id: "push.refusal-respected",
    text: "A notification that is cancelled, or answered with a concern, signs nobody in.",
    judge: refusal_respected,
    weakness: Some(287),
    ..PUSH
};

fn refusal_respected(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for waiting in waitings(&story) {
        let refused = waiting.taken().count() > 0 && !waiting.has_confirmed();
        if waiting.request.is_none() || !refused || !is_alone(&story, &waiting) {
            continue;
        }
        must_stay_out(&waiting, Allowed::Refusal, &mut tally);
    }
    tally.finding()
}

pub(super) static SILENCE_GRANTS_NOTHING: Requirement = Requirement {
    id: "push.silence-grants-nothing",
    text: "A notification that nobody answers signs nobody in, however long it waits.",
    judge: silence_grants_nothing,
    weakness: Some(636),
    ..PUSH
};

fn silence_grants_nothing(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for waiting in waitings(&story) {
        let reached = |act: &&DeviceAct<'_>| act.outcome == OutcomeKind::Done || act.turned_away;
        if waiting.request.is_none() || waiting.answers.iter().copied().any(|act| reached(&act)) {
            continue;
        }
        must_stay_out(&waiting, Allowed::RefusalOrWaiting, &mut tally);
    }
    tally.finding()
}

pub(super) static TEN_MINUTES: Requirement = Requirement {
    id: "nist.push-ten-minutes",
    source: "NIST SP 800-63B-4",
    clause: "§3.1.3.2",
    text: "A notification that is confirmed after more than ten minutes signs nobody in.",
    judge: ten_minutes,
    reading: Reading::Draft,
    profiles: &["guide", "nist-aal2"],
    weakness: Some(613),
    ..PUSH
};

fn ten_minutes(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for waiting in waitings(&story) {
        let Some(request) = waiting.request else { continue };
        let late = waiting.answers.iter().all(|act| {
            act.at - request.at > Duration::from_mins(10)
                && answer_of(act) == Some(PushAnswer::Confirm)
        });
        if waiting.answers.is_empty() || !late || !is_alone(&story, &waiting) {
            continue;
        }
        must_stay_out(&waiting, Allowed::Refusal, &mut tally);
    }
    tally.finding()
}

pub(super) static LIMITED: Requirement = Requirement {
    id: "push.limited",
    level: Level::Should,
    source: "NIST SP 800-63B-4",
    clause: "§3.1.3.2",
    text: "Notifications that nobody answers are limited in number or rate.",
    judge: limited,
    reading: Reading::Draft,
    profiles: &["guide", "nist-aal2", "wstg-mfa"],
    weakness: Some(770),
    ..PUSH
};

pub(super) static BOMBING: Requirement = Requirement {
    id: "asvs.push-bombing",
    source: "OWASP ASVS 5.0",
    clause: "6.6.4",
    text: "Notifications are rate limited, so that nobody is worn down by them.",
    judge: limited,
    reading: Reading::Text,
    profiles: &["asvs-l3"],
    weakness: Some(770),
    ..PUSH
};

/// Unanswered notifications within an hour that no rate limit in use lets through. Sources name
/// no number; services in the field stop at five to ten.
const TOO_MANY: usize = 20;

fn limited(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for person in &story.people {
        let asked: Vec<&Exchange<'_>> = story
            .asks(OperationKind::RequestPush)
            .filter(|exchange| exchange.person == Some(person.name))
            .collect();
        let sent: Vec<&&Exchange<'_>> = asked.iter().filter(|one| is_sent(one)).collect();
        let (Some(first), Some(last)) = (sent.first(), sent.last()) else { continue };
        if answers(&story).any(|act| act.owner == person.name) {
            continue;
        }
        let evidence = || {
            let mut evidence = first.evidence();
            evidence.extend(last.evidence());
            evidence
        };
        if sent.len() > TOO_MANY && last.at - first.at < Duration::from_hours(1) {
            let seen = format!("{} notifications were sent", sent.len());
            tally.broken("a limit well below that", seen, evidence());
        }
        let stopped = asked.iter().find(|one| {
            one.asked > last.asked
                && matches!(
                    one.observed.class,
                    Some(
                        RejectionClass::RateLimited
                            | RejectionClass::Locked
                            | RejectionClass::ChannelUnavailable
                            | RejectionClass::Denied
                    )
                )
        });
        if let Some(stopped) = stopped.filter(|_| sent.len() <= TOO_MANY) {
            tally.kept(evidence().into_iter().chain(stopped.evidence()));
        }
    }
    tally.finding()
}

pub(super) static NUMBER_DECIDES: Requirement = Requirement {
    id: "push.number-decides",
    text: "Where the page shows a number, whoever taps another one signs nobody in.",
    judge: number_decides,
    weakness: Some(287),
    ..PUSH
};

fn number_decides(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for waiting in waitings(&story) {
        let Some(request) = waiting.request else { continue };
        let sent = |act: &&DeviceAct<'_>| act.outcome == OutcomeKind::Done || act.turned_away;
        let wrong = waiting.answers.iter().copied().filter(sent).count() > 0
            && waiting.answers.iter().all(|act| {
                answer_of(act) == Some(PushAnswer::Confirm) && !is_right_number(request, act)
            });
        if !wrong || !is_alone(&story, &waiting) {
            continue;
        }
        must_stay_out(&waiting, Allowed::RefusalOrWaiting, &mut tally);
    }
    tally.finding()
}

pub(super) static NUMBER_SHOWN: Requirement = Requirement {
    id: "nist.push-number-shown",
    source: "NIST SP 800-63B-4",
    clause: "§3.1.3, note",
    text: "A bare yes at the app is not enough: something is carried from the page to it.",
    judge: number_shown,
    reading: Reading::Draft,
    profiles: &["nist-aal2"],
    weakness: Some(287),
    ..PUSH
};

fn number_shown(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for waiting in waitings(&story) {
        let Some(request) = waiting.request else { continue };
        if !waiting.signed_in() || !waiting.has_confirmed() {
            continue;
        }
        if !request.observed.looks_for("number") {
            continue;
        }
        if request.observed.number.is_some() {
            tally.kept(waiting.evidence());
        } else {
            let seen = "the page showed none, and a bare yes signed in";
            tally.broken("a number that is tapped at the app", seen, waiting.evidence());
        }
    }
    tally.finding()
}

pub(super) static CONCERN_STOPS: Requirement = Requirement {
    id: "push.concern-stops",
    level: Level::Should,
    text: "After a concern no further notification is sent until the person shows the token.",
    judge: concern_stops,
    weakness: Some(770),
    ..PUSH
};

fn concern_stops(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for act in concerns(&story) {
        let later = story.exchanges.iter().filter(|one| {
            one.person == Some(act.owner) && one.asked > act.entry && !story.is_contended(one)
        });
        let until_shown = later.take_while(|one| one.observed.reply != ReplyKind::SignedIn);
        for exchange in until_shown.filter(|one| {
            one.request.operation == OperationKind::RequestPush
                && one.observed.class != Some(RejectionClass::WrongStep)
        }) {
            let evidence = [vec![act.entry], exchange.evidence()].concat();
            match exchange.observed.reply {
                ReplyKind::PushSent => {
                    tally.broken("none is sent", "another notification was sent", evidence);
                }
                ReplyKind::Rejected => tally.kept(evidence),
                _ => {}
            }
        }
    }
    tally.finding()
}

/// The concerns that the service took.
pub(super) fn concerns<'s, 'a>(story: &'s Story<'a>) -> impl Iterator<Item = &'s DeviceAct<'a>> {
    answers(story).filter(|act| {
        answer_of(act) == Some(PushAnswer::Concern) && act.outcome == OutcomeKind::Done
    })
}

pub(super) static REVOKED_PHONE_REFUSED: Requirement = Requirement {
    id: "push.revoked-phone-refused",
    source: "NIST SP 800-63B-4",
    clause: "§4.3, §4.5",
    text: "The app of a token that was taken away answers no notification any more.",
    judge: revoked_phone_refused,
    reading: Reading::Draft,
    profiles: &["guide", "wstg-mfa", "nist-aal2"],
    weakness: Some(613),
    ..PUSH
};

fn revoked_phone_refused(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for act in answers(&story) {
        let Some(reset) = story.resets_of(act.owner).find(|reset| reset.answered < act.entry)
        else {
            continue;
        };
        let mut own = story.acts.iter().filter(|one| one.device == act.device);
        let took_up_again =
            own.any(|one| one.entry > reset.answered && matches!(one.act, "scan" | "restore"));
        // A phone that was copied to from a newer one is no longer the old one.
        let copied = story.acts.iter().any(|one| one.act == "clone");
        let waits = story.exchanges.iter().any(|one| {
            is_sent(one)
                && one.person == Some(act.owner)
                && one.asked > reset.answered
                && one.answered < act.entry
        });
        if took_up_again || copied || !waits {
            continue;
        }
        let evidence = [reset.evidence(), vec![act.entry]].concat();
        if act.outcome == OutcomeKind::Done {
            tally.broken("the service refuses", "its answer was taken", evidence);
        } else if act.turned_away || act.reason == Some(Reason::NoPush) {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static NOTHING_BEFORE_PASSWORD: Requirement = Requirement {
    id: "push.nothing-before-password",
    text: "Nobody is asked at the app before the right password was given.",
    judge: nothing_before_password,
    weakness: Some(770),
    ..PUSH
};

fn nothing_before_password(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for act in answers(&story) {
        let signing_in: Vec<&Exchange<'_>> = story
            .asks(OperationKind::SignIn)
            .filter(|one| one.person == Some(act.owner) && one.answered < act.entry)
            .filter(|one| act.at - one.at < Duration::from_hours(1))
            .collect();
        let Some(last) = signing_in.last().filter(|_| signing_in.iter().all(|o| o.is_rejected()))
        else {
            continue;
        };
        let evidence = [last.evidence(), vec![act.entry]].concat();
        if act.outcome == OutcomeKind::Done {
            tally.broken("no notification is there", "one was there and was answered", evidence);
        } else if act.reason == Some(Reason::NoPush) {
            tally.kept(evidence);
        }
    }
    tally.finding()
}

pub(super) static LOCKED_OUT: Requirement = Requirement {
    id: "push.locked-out",
    text: "While the account is locked, no notification signs in.",
    judge: locked_out,
    profiles: &["guide", "wstg-mfa"],
    weakness: Some(307),
    ..PUSH
};

fn locked_out(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for waiting in waitings(&story) {
        if waiting.request.is_none() || !waiting.has_confirmed() || !is_locked(&story, &waiting) {
            continue;
        }
        must_stay_out(&waiting, Allowed::Refusal, &mut tally);
    }
    tally.finding()
}

/// Whether the person was refused anything since the notification was asked for: then the account
/// may be locked, whatever the refusal says.
fn is_disturbed(story: &Story<'_>, waiting: &Waiting<'_, '_>) -> bool {
    story.exchanges.iter().any(|one| {
        one.person == Some(waiting.person)
            && one.is_rejected()
            && waiting.request.is_some_and(|request| one.asked > request.answered)
            && one.answered < waiting.exchange.asked
    })
}

/// Whether the person was told since the notification was asked for that the account is locked,
/// and nothing has happened that could have ended the lock.
fn is_locked(story: &Story<'_>, waiting: &Waiting<'_, '_>) -> bool {
    let Some(request) = waiting.request else { return false };
    let locked = story.exchanges.iter().rev().find(|one| {
        one.person == Some(waiting.person)
            && one.asked > request.answered
            && one.answered < waiting.exchange.asked
            && one.observed.class == Some(RejectionClass::Locked)
    });
    locked.is_some_and(|locked| {
        !story.asks(OperationKind::Unlock).any(|one| one.asked > locked.answered)
            && !story.leaps.iter().any(|leap| *leap > locked.answered)
    })
}
