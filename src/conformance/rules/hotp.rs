//! Codes of a counter, and what servers get wrong about codes as numbers and times as numbers.

use crate::conformance::story::{Exchange, Story, Submission, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::domain::{Moment, RejectionClass};
use crate::journal::{Entry, EntryId, Mark};

/// A code of a counter: which device showed it, and as the how-manieth since it got its key.
struct Counted<'a> {
    device: &'a str,
    at: EntryId,
    /// The page that its key came from: a key that is bound anew on the same device counts anew.
    material: EntryId,
    index: u64,
}

fn counted<'a>(story: &Story<'a>, code: Mark) -> Option<Counted<'a>> {
    let making = story.making(code)?;
    if !story.key_of(making)?.is_counter {
        return None;
    }
    let mut index = 0;
    for act in story.acts.iter().filter(|act| act.device == making.device) {
        if act.entry == making.entry {
            break;
        }
        match act.act {
            "scan" | "open_link" | "import_keys" => index = 0,
            "read_code" if act.code.is_some() => index += 1,
            "press" => index += u64::from(act.times),
            // A copy of a counter counts on its own: nothing can be said of it.
            "clone" | "restore" => return None,
            _ => {}
        }
    }
    let material = story.material_of(making.device, making.entry)?.answered;
    Some(Counted { device: making.device, at: making.entry, material, index })
}

impl Counted<'_> {
    /// Whether both are of one counter.
    fn is_of(&self, other: &Counted<'_>) -> bool {
        self.device == other.device && self.material == other.material
    }
}

/// The index of the newest code of the same counter as `of` that the subject had accepted before
/// `entry`.
fn newest(story: &Story<'_>, of: &Counted<'_>, entry: EntryId) -> Option<(u64, EntryId)> {
    let took = |exchange: &&Exchange<'_>| {
        exchange.answered < entry
            && match exchange.request.operation {
                OperationKind::ConfirmEnrolment => exchange.observed.reply == ReplyKind::Enrolled,
                OperationKind::SubmitCode => exchange.observed.reply == ReplyKind::SignedIn,
                OperationKind::Resynchronise => exchange.observed.reply == ReplyKind::Done,
                _ => false,
            }
    };
    let codes = story.exchanges.iter().filter(took).filter_map(|exchange| {
        let code = exchange.request.second.or(exchange.request.code)?;
        let counted = counted(story, code).filter(|one| one.is_of(of))?;
        Some((counted.index, exchange.answered))
    });
    codes.max()
}

pub(super) static COUNTER_MOVES: Requirement = Requirement {
    id: "rfc4226.counter-moves",
    level: Level::Must,
    source: "RFC 4226",
    clause: "§7.2",
    text: "A code of a counter that was accepted once is not accepted again.",
    judge: counter_moves,
    profiles: &["rfc-otp"],
    weakness: Some(294),
    ..Requirement::PLAIN
};

fn counter_moves(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions().into_iter().filter(|one| one.accepted_before) {
        let Some(counted) = counted(&story, submission.code) else { continue };
        if !story.awaited(submission.exchange) {
            continue;
        }
        decide(&mut tally, &submission, "the spent code is refused", vec![counted.at]);
    }
    tally.finding()
}

fn decide(
    tally: &mut Tally,
    submission: &Submission<'_, '_>,
    expected: &str,
    mut evidence: Vec<EntryId>,
) {
    evidence.extend(submission.evidence());
    if submission.accepted {
        tally.broken(expected, submission.said(), evidence);
    } else if submission.exchange.is_rejected() {
        tally.kept(evidence);
    }
}

pub(super) static EARLIER_COUNTER_REFUSED: Requirement = Requirement {
    id: "rfc4226.earlier-counter-refused",
    level: Level::Must,
    source: "RFC 4226",
    clause: "§7.2",
    text: "After a code was accepted, codes of earlier counters are refused.",
    judge: earlier_counter_refused,
    profiles: &["rfc-otp"],
    weakness: Some(294),
    ..Requirement::PLAIN
};

fn earlier_counter_refused(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions().into_iter().filter(|one| one.first_use) {
        let Some(counted) = counted(&story, submission.code) else { continue };
        let newest = newest(&story, &counted, submission.exchange.asked);
        let Some((_, accepted)) = newest.filter(|(index, _)| *index > counted.index) else {
            continue;
        };
        if story.awaited(submission.exchange) {
            let evidence = vec![counted.at, accepted];
            decide(&mut tally, &submission, "a code of an earlier counter is refused", evidence);
        }
    }
    tally.finding()
}

pub(super) static BOUNDED_LOOK_AHEAD: Requirement = Requirement {
    id: "rfc4226.bounded-look-ahead",
    level: Level::Should,
    source: "RFC 4226",
    clause: "§7.4",
    text: "A sign-in does not look for a code hundreds of counters ahead.",
    judge: bounded_look_ahead,
    profiles: &["rfc-otp-extended"],
    weakness: Some(307),
    ..Requirement::PLAIN
};

/// Farther ahead than any sign-in may look. RFC 4226 wants as little as possible and names no
/// number; the widest default that is known for a sign-in is a hundredth of it.
const FAR: u64 = 500;

fn bounded_look_ahead(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions().into_iter().filter(|one| one.first_use) {
        let Some(counted) = counted(&story, submission.code) else { continue };
        let Some((index, accepted)) = newest(&story, &counted, submission.exchange.asked) else {
            continue;
        };
        if counted.index <= index + FAR || submission.refused_before > 0 {
            continue;
        }
        if story.awaited(submission.exchange) {
            let evidence = vec![accepted, counted.at];
            decide(&mut tally, &submission, "a code from far ahead is refused", evidence);
        }
    }
    tally.finding()
}

pub(super) static RESYNC_EXISTS: Requirement = Requirement {
    id: "rfc4226.resync-exists",
    level: Level::Must,
    source: "RFC 4226",
    clause: "§4 R5, §7.4",
    text: "Two codes in a row bring a counter back that has run a little ahead.",
    judge: resync_exists,
    profiles: &["rfc-otp"],
    ..Requirement::PLAIN
};

/// How far a counter may have run so that every resynchronisation must still find it. RFC 4226
/// names no number; what finds nothing within ten brings no real counter back.
const NEAR: u64 = 10;

/// Both codes of a resynchronisation, where they are of one counter.
fn pair<'a>(
    story: &Story<'a>,
    exchange: &Exchange<'a>,
) -> Option<(Counted<'a>, Counted<'a>, EntryId, u64)> {
    let first = counted(story, exchange.request.code?)?;
    let second = counted(story, exchange.request.second?)?;
    let (index, accepted) = newest(story, &first, exchange.asked)?;
    let fits = first.is_of(&second) && story.awaited(exchange);
    fits.then_some((first, second, accepted, index))
}

fn resync_exists(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.asks(OperationKind::Resynchronise) {
        let Some((first, second, accepted, index)) = pair(&story, exchange) else { continue };
        if second.index != first.index + 1 || first.index <= index {
            continue;
        }
        let evidence = vec![accepted, first.at, second.at, exchange.asked, exchange.answered];
        match (exchange.observed.reply, exchange.observed.class) {
            (ReplyKind::Done | ReplyKind::SignedIn, _) => tally.kept(evidence),
            (ReplyKind::Rejected, Some(RejectionClass::Locked | RejectionClass::RateLimited)) => {}
            (ReplyKind::Rejected, _) if second.index <= index + NEAR => {
                tally.broken("the counter is found", "it was refused", evidence);
            }
            _ => {}
        }
    }
    tally.finding()
}

pub(super) static RESYNC_CONSECUTIVE: Requirement = Requirement {
    id: "rfc4226.resync-consecutive",
    level: Level::Must,
    source: "Fobwatch",
    clause: "follows from RFC 4226 §7.4, where two codes are asked for",
    text: "Two codes that do not follow each other resynchronise nothing.",
    judge: resync_consecutive,
    profiles: &["rfc-otp"],
    reading: Reading::Own,
    ..Requirement::PLAIN
};

fn resync_consecutive(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.asks(OperationKind::Resynchronise) {
        let Some((first, second, ..)) = pair(&story, exchange) else { continue };
        if second.index == first.index + 1 {
            continue;
        }
        let evidence = vec![first.at, second.at, exchange.asked, exchange.answered];
        match exchange.observed.reply {
            ReplyKind::Rejected => tally.kept(evidence),
            ReplyKind::Done | ReplyKind::SignedIn => {
                tally.broken("it is refused", "it was accepted", evidence);
            }
            _ => {}
        }
    }
    tally.finding()
}

pub(super) static LEADING_ZEROS: Requirement = Requirement {
    id: "rfc4226.leading-zeros",
    level: Level::Must,
    source: "RFC 4226",
    clause: "§5.3",
    text: "A right code that begins with a zero is accepted.",
    judge: leading_zeros,
    profiles: &["rfc-otp"],
    ..Requirement::PLAIN
};

/// Right codes that nothing but themselves can have spoilt.
fn right<'s, 'a>(story: &'s Story<'a>) -> impl Iterator<Item = Submission<'s, 'a>> {
    let all = story.submissions().into_iter();
    all.filter(|one| one.refused_before == 0 && story.is_right(one))
        .filter(|one| story.making(one.code).is_some())
}

fn must_accept(tally: &mut Tally, submission: &Submission<'_, '_>) {
    if submission.accepted {
        tally.kept(submission.evidence());
    } else if submission.exchange.is_rejected() {
        tally.broken("the right code is accepted", submission.said(), submission.evidence());
    }
}

fn leading_zeros(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in right(&story) {
        if submission.code.shape.is_some_and(|shape| shape.leading_zero) {
            must_accept(&mut tally, &submission);
        }
    }
    tally.finding()
}

pub(super) static BEYOND_2038: Requirement = Requirement {
    id: "rfc6238.beyond-2038",
    level: Level::Must,
    source: "RFC 6238",
    clause: "§4.2",
    text: "Right codes are accepted after 2038, when 31 bits of seconds are full.",
    judge: beyond_2038,
    profiles: &["rfc-otp"],
    weakness: Some(190),
    ..Requirement::PLAIN
};

/// The first second that 31 bits do not hold: 2038-01-19T03:14:08Z.
const FULL: i64 = 1 << 31;

fn beyond_2038(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let full = Moment::from_unix_seconds(FULL);
    for submission in right(&story).filter(|one| one.exchange.at >= full) {
        must_accept(&mut tally, &submission);
    }
    tally.finding()
}
