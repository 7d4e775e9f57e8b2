//! How random delivered codes are, as far as a dozen of them prove anything: each rule names what
//! chance does less than once in a thousand million scenarios.
//!
//! `fobwatch measure` harvests hundreds and tests for less blatant faults.

use crate::conformance::story::{Arrival, Story, Tally};
use crate::conformance::{Finding, Reading, Requirement};
use crate::journal::{Alphabet, Entry, EntryId};
use std::time::Duration;

/// What chance does more seldom than this is proof.
const PROOF: f64 = 1e-9;

/// What all have in common.
const RANDOM: Requirement = Requirement {
    source: "Fobwatch",
    clause: "implied by NIST SP 800-63B-4 §3.1.3.2, which wants random secrets",
    reading: Reading::Own,
    ..Requirement::PLAIN
};

pub(super) static NOT_SEQUENTIAL: Requirement = Requirement {
    id: "code.not-sequential",
    text: "Delivered codes do not follow each other in equal steps.",
    judge: not_sequential,
    weakness: Some(343),
    ..RANDOM
};

/// Five codes in equal steps: three coincidences, each one in ten thousand or more.
const ROW: u32 = 5;

fn not_sequential(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let Some(compared) = &story.compared else { return Finding::Untested };
    let evidence = evidence(&story, compared.entry);
    if compared.row >= ROW {
        let seen = format!("{} codes in a row with the same step between them", compared.row);
        tally.broken("codes that nobody can continue", seen, evidence);
    } else if compared.row + 1 < ROW {
        tally.kept(evidence);
    }
    tally.finding()
}

pub(super) static EVERY_DIGIT: Requirement = Requirement {
    id: "code.every-digit",
    text: "Delivered codes use all ten digits.",
    judge: every_digit,
    weakness: Some(334),
    ..RANDOM
};

fn every_digit(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let Some(compared) = &story.compared else { return Finding::Untested };
    let mut shapes = story.arrivals.iter().filter_map(|arrival| arrival.code?.shape);
    let Some(length) = shapes.next().map(|shape| shape.length) else { return Finding::Untested };
    let digits = compared.codes.saturating_mul(length);
    let evidence = evidence(&story, compared.entry);
    if compared.unseen == 0 {
        tally.kept(evidence);
    } else if chance_of_unseen(compared.unseen, digits) < PROOF {
        let seen = format!("{} digits never occur among {digits}", compared.unseen);
        tally.broken("codes of all ten digits", seen, evidence);
    }
    tally.finding()
}

/// The chance that so many of ten digits never occur among `digits` fair ones, at most: so many
/// choices of them, each missed every time.
fn chance_of_unseen(unseen: u32, digits: u32) -> f64 {
    let choices: f64 = (0..unseen).map(|n| f64::from(10 - n.min(10)) / f64::from(n + 1)).product();
    let share = f64::from(10 - unseen.min(10)) / 10.0;
    choices * share.powi(i32::try_from(digits).unwrap_or(i32::MAX))
}

/// The comparison, and the first codes that it is about.
fn evidence(story: &Story<'_>, compared: EntryId) -> Vec<EntryId> {
    let coded = story.arrivals.iter().filter(|arrival| arrival.code.is_some());
    coded.take(6).map(|arrival| arrival.entry).chain([compared]).collect()
}

pub(super) static NOT_SHARED: Requirement = Requirement {
    id: "code.not-shared",
    text: "People who ask in the same instant get different codes.",
    judge: not_shared,
    weakness: Some(341),
    ..RANDOM
};

/// Codes further apart in time are not of one instant.
const INSTANT: Duration = Duration::from_secs(1);

fn not_shared(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let own = own_codes(&story);
    let (mut pairs, mut space, mut equal) = (0_u32, f64::INFINITY, Vec::new());
    for (index, later) in own.iter().enumerate() {
        let others = || {
            let earlier = own.iter().take(index);
            earlier.filter(|one| one.person != later.person && later.at - one.at < INSTANT)
        };
        pairs = pairs.saturating_add(u32::try_from(others().count()).unwrap_or(u32::MAX));
        let length = later.code.and_then(|code| code.shape).map_or(0, |shape| shape.length);
        space = space.min(10_f64.powi(i32::try_from(length).unwrap_or(0)));
        equal.extend(
            others().find(|one| one.code == later.code).map(|one| [one.entry, later.entry]),
        );
    }
    let expected = f64::from(pairs) / space;
    let chance: f64 = (1..=equal.len()).map(|nth| expected / index_as_real(nth)).product();
    if !equal.is_empty() && chance < PROOF {
        let seen = format!("{} times two people got the same code at once", equal.len());
        tally.broken("a code of their own for each", seen, equal.concat());
    } else if equal.is_empty() && pairs >= 3 {
        tally.kept(own.iter().map(|arrival| arrival.entry));
    }
    tally.finding()
}

fn index_as_real(nth: usize) -> f64 {
    f64::from(u32::try_from(nth).unwrap_or(u32::MAX))
}

/// The first message of each request with a code of digits that went to who asked.
fn own_codes<'s, 'a>(story: &'s Story<'a>) -> Vec<&'s Arrival<'a>> {
    let mut answered = Vec::new();
    let mut own = Vec::new();
    for arrival in &story.arrivals {
        let digits = arrival.code.and_then(|code| code.shape);
        let is_plain = digits.is_some_and(|shape| shape.alphabet == Alphabet::Digits);
        let Some(cause) = story.cause(arrival).filter(|_| is_plain) else { continue };
        if cause.person == Some(arrival.person) && !answered.contains(&cause.asked) {
            answered.push(cause.asked);
            own.push(arrival);
        }
    }
    own
}
