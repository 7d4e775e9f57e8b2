//! What an SMS with a code says and does not say.

use crate::conformance::story::{Arrival, Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::journal::{Entry, OriginLine, SmsForm};

const OURS: &str = "Fobwatch";
const PROFILES: &[&str] = &["interop-authenticators", "guide"];

/// What the requirements of this family have in common.
const SMS: Requirement = Requirement {
    level: Level::Should,
    source: OURS,
    clause: "implied by step 2 of the guide: a PIN that a person reads and types",
    profiles: PROFILES,
    reading: Reading::Own,
    ..Requirement::PLAIN
};

/// Decides each SMS with a code by `holds`, which gives nothing where it cannot tell.
fn each(
    entries: &[Entry],
    expected: &str,
    observed: &str,
    holds: fn(&Arrival<'_>, &SmsForm) -> Option<bool>,
) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for arrival in story.arrivals.iter().filter(|arrival| arrival.code.is_some()) {
        let Some(form) = &arrival.form.sms else { continue };
        match holds(arrival, form) {
            Some(true) => tally.kept([arrival.entry]),
            Some(false) => tally.broken(expected, observed, vec![arrival.entry]),
            None => {}
        }
    }
    tally.finding()
}

pub(super) static NO_LINK: Requirement = Requirement {
    id: "sms.no-link",
    text: "An SMS with a code has no link: people must not learn to follow links in such messages.",
    judge: |entries| {
        each(entries, "an SMS without a link", "it has one", |arrival, _| Some(!arrival.form.link))
    },
    ..SMS
};

pub(super) static NAMES_SERVICE: Requirement = Requirement {
    id: "sms.names-service",
    text: "An SMS with a code says whose code it is.",
    judge: |entries| {
        let seen = "nothing in it names a sender";
        each(entries, "an SMS that names the service", seen, |_, form| Some(form.names_sender))
    },
    ..SMS
};

pub(super) static CODE_ONCE: Requirement = Requirement {
    id: "sms.code-once",
    text: "An SMS has its code once, so that nobody wonders which figure is meant.",
    judge: |entries| {
        each(entries, "the code once", "it stands there several times", |_, form| {
            Some(form.code_count < 2)
        })
    },
    ..SMS
};

pub(super) static SINGLE_SEGMENT: Requirement = Requirement {
    id: "sms.single-segment",
    source: "3GPP TS 23.040",
    clause: "§9.2.3.24.1",
    text: "An SMS with a code fits into one message on the air: parts may be lost or swapped.",
    judge: |entries| {
        let expected = "one message of at most 160 septets or 70 UTF-16 units";
        each(entries, expected, "it becomes several", |_, form| Some(form.segments < 2))
    },
    ..SMS
};

pub(super) static NO_USER_NAME: Requirement = Requirement {
    id: "sms.no-user-name",
    text: "An SMS with a code has neither the user name nor the whole number: who finds the phone \
           must not get both.",
    judge: |entries| {
        each(entries, "neither user name nor number", "it has one of them", |arrival, _| {
            Some(!arrival.form.user_named && !arrival.form.number_shown)
        })
    },
    weakness: Some(359),
    ..SMS
};

pub(super) static LIFETIME_TOLD: Requirement = Requirement {
    id: "sms.lifetime-told",
    text: "An SMS with a code says how long the code is good.",
    judge: |entries| {
        each(entries, "a time with its unit", "it says none", |_, form| form.tells_lifetime)
    },
    ..SMS
};

pub(super) static ORIGIN_BOUND_WELL_FORMED: Requirement = Requirement {
    id: "sms.origin-bound-well-formed",
    level: Level::Must,
    source: "Origin-bound one-time codes delivered via SMS (WICG)",
    clause: "\"Parsing\"",
    text: "A last line that begins with `@` is an origin-bound code with the code of the text.",
    judge: |entries| {
        let expected = "`@host #code` with one space, the same code, and nothing after it";
        each(entries, expected, "no browser takes this code from it", |_, form| {
            form.origin_line.map(|line| line == OriginLine::WellFormed)
        })
    },
    reading: Reading::Text,
    ..SMS
};
