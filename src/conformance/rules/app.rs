//! Authenticator apps: the right codes of the keys that they take, and no wrong ones.

use crate::conformance::story::Tally;
use crate::conformance::story::drill::{Trait, code, drills, recipe, shown, suspect};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::drill::Recipe;
use crate::domain::{Drill, Drilled};
use crate::journal::{Entry, EntryId};
use crate::otp::{Algorithm, Digits, KeyUri, Kind, Liberty, Period};

/// What one answer says about one requirement, by its id: kept, or what was expected and seen.
type Opinion = (&'static str, Result<(), (String, String)>);

/// Bytes of the shortest key that nobody may refuse.
const SHORTEST: usize = 16;

/// The key that the app took last: where, and what it says.
struct Taken {
    entry: EntryId,
    uri: KeyUri,
    liberties: Vec<Liberty>,
}

fn finding(id: &str, entries: &[Entry]) -> Finding {
    let (mut tally, mut taken) = (Tally::default(), None);
    for (entry, drill, answer) in drills(entries) {
        let (opinions, evidence) = match drill {
            Drill::AddAccount(scanned) => {
                let parsed = KeyUri::parse(&scanned.uri).ok();
                let opinions = offered(parsed.as_ref(), answer);
                let done = *answer == Drilled::Done {};
                taken =
                    parsed.filter(|_| done).map(|(uri, liberties)| Taken { entry, uri, liberties });
                (opinions, vec![entry])
            }
            Drill::ShowCode(glance) => match (&taken, answer) {
                (Some(last), Drilled::Code { code }) => {
                    let recipe = recipe(&last.uri, glance.time);
                    let found = (read(last, &recipe, code), vec![last.entry, entry]);
                    if matches!(last.uri.kind, Kind::Hotp { .. }) {
                        // Whether another look moves the counter is the app's own affair.
                        taken = None;
                    }
                    found
                }
                _ => continue,
            },
            _ => continue,
        };
        for (_, opinion) in opinions.into_iter().filter(|(about, _)| *about == id) {
            match opinion {
                Ok(()) => tally.kept(evidence.clone()),
                Err((expected, observed)) => tally.broken(expected, observed, evidence.clone()),
            }
        }
    }
    tally.finding()
}

/// What taking a key, or refusing it, says.
fn offered(parsed: Option<&(KeyUri, Vec<Liberty>)>, answer: &Drilled) -> Vec<Opinion> {
    let is_taken = match answer {
        Drilled::Done {} => true,
        Drilled::Refused {} => false,
        _ => return Vec::new(),
    };
    let told = |taken| if taken { "it is taken" } else { "it is refused" };
    let opinion = |id, right: bool| {
        let wrong = || (told(right).to_owned(), told(is_taken).to_owned());
        (id, if right == is_taken { Ok(()) } else { Err(wrong()) })
    };
    let Some((uri, liberties)) = parsed else { return vec![opinion("app.refuses-bad", false)] };
    let unusual = unusual(uri);
    if !unusual.is_empty() {
        // Refusing is honest: nobody is shown a wrong code.
        return if is_taken {
            Vec::new()
        } else {
            unusual.into_iter().map(|id| (id, Ok(()))).collect()
        };
    }
    if !is_taken && uri.key.bytes().len() < SHORTEST {
        // RFC 4226 §4 R6 is on its side.
        Vec::new()
    } else if spelt_oddly(liberties) {
        vec![opinion("app.secret-spelling", true)]
    } else if !liberties.is_empty() || uri.issuer.is_none() || uri.label.issuer().is_none() {
        vec![opinion("app.labels", true)]
    } else {
        vec![opinion("app.takes-standard", true)]
    }
}

/// The requirements on parameters that are not the usual ones.
fn unusual(uri: &KeyUri) -> Vec<&'static str> {
    let period = match uri.kind {
        Kind::Totp { period } => period,
        Kind::Hotp { .. } => Period::default(),
    };
    let all = [
        (uri.algorithm != Algorithm::default(), "app.algorithm"),
        (uri.digits != Digits::default(), "app.digits"),
        (period != Period::default(), "app.period"),
    ];
    all.into_iter().filter_map(|(is_unusual, id)| is_unusual.then_some(id)).collect()
}

fn spelt_oddly(liberties: &[Liberty]) -> bool {
    liberties.iter().any(|liberty| matches!(liberty, Liberty::Secret(_)))
}

/// What the code that is shown says.
fn read(taken: &Taken, recipe: &Recipe, observed: &str) -> Vec<Opinion> {
    let Some(expected) = code(recipe) else { return Vec::new() };
    // Apps show a space in the middle, and some adapters read what is shown.
    let bare: String = observed.chars().filter(|c| !c.is_whitespace()).collect();
    let id = |this: Trait| match this {
        Trait::LeadingZeros => "app.leading-zeros",
        Trait::Algorithm => "app.algorithm",
        Trait::Digits => "app.digits",
        Trait::Period => "app.period",
        Trait::Beyond2038 => "app.beyond-2038",
        Trait::LongKey | Trait::WideCounter | Trait::Time | Trait::Counter => {
            if spelt_oddly(&taken.liberties) { "app.secret-spelling" } else { "app.codes" }
        }
    };
    if bare == expected {
        return shown(recipe, &expected).into_iter().map(|this| (id(this), Ok(()))).collect();
    }
    let blamed = id(suspect(recipe, &expected, &bare));
    vec![(blamed, Err((format!("the code {expected}"), format!("{observed:?}"))))]
}

pub(super) static CODES: Requirement = Requirement {
    id: "app.codes",
    level: Level::Must,
    source: "RFC 6238",
    clause: "§4.2",
    text: "An app shows the code of the key that it took.",
    judge: |entries| finding("app.codes", entries),
    profiles: &["authenticator-app"],
    ..Requirement::PLAIN
};

pub(super) static LEADING_ZEROS: Requirement = Requirement {
    id: "app.leading-zeros",
    level: Level::Must,
    source: "RFC 4226",
    clause: "§5.3",
    text: "A code keeps its leading zeros.",
    judge: |entries| finding("app.leading-zeros", entries),
    profiles: &["authenticator-app"],
    ..Requirement::PLAIN
};

pub(super) static ALGORITHM: Requirement = Requirement {
    id: "app.algorithm",
    level: Level::Must,
    source: "Key Uri Format",
    clause: "algorithm",
    text: "The algorithm of a key URI is honoured, or the key is refused: no wrong codes are shown.",
    judge: |entries| finding("app.algorithm", entries),
    reading: Reading::Excerpt,
    profiles: &["authenticator-app"],
    ..Requirement::PLAIN
};

pub(super) static DIGITS: Requirement = Requirement {
    id: "app.digits",
    level: Level::Must,
    source: "Key Uri Format",
    clause: "digits",
    text: "The digits of a key URI are honoured, or the key is refused: no wrong codes are shown.",
    judge: |entries| finding("app.digits", entries),
    reading: Reading::Excerpt,
    profiles: &["authenticator-app"],
    ..Requirement::PLAIN
};

pub(super) static PERIOD: Requirement = Requirement {
    id: "app.period",
    level: Level::Must,
    source: "Key Uri Format",
    clause: "period",
    text: "The period of a key URI is honoured, or the key is refused: no wrong codes are shown.",
    judge: |entries| finding("app.period", entries),
    reading: Reading::Excerpt,
    profiles: &["authenticator-app"],
    ..Requirement::PLAIN
};

pub(super) static BEYOND_2038: Requirement = Requirement {
    id: "app.beyond-2038",
    level: Level::Must,
    source: "RFC 6238",
    clause: "§4.2",
    text: "Codes are right after 2038, when 31 bits of seconds are full.",
    judge: |entries| finding("app.beyond-2038", entries),
    profiles: &["authenticator-app"],
    weakness: Some(190),
    ..Requirement::PLAIN
};

pub(super) static TAKES_STANDARD: Requirement = Requirement {
    id: "app.takes-standard",
    level: Level::Must,
    source: "Key Uri Format",
    clause: "the whole",
    text: "A well-formed key URI with the usual parameters is taken.",
    judge: |entries| finding("app.takes-standard", entries),
    reading: Reading::Excerpt,
    profiles: &["authenticator-app"],
    ..Requirement::PLAIN
};

pub(super) static SECRET_SPELLING: Requirement = Requirement {
    id: "app.secret-spelling",
    level: Level::Should,
    source: "Key Uri Format",
    clause: "secret",
    text: "A secret in lower case, or with padding, spaces or hyphens, is taken for what it means.",
    judge: |entries| finding("app.secret-spelling", entries),
    reading: Reading::Excerpt,
    profiles: &["authenticator-app"],
    ..Requirement::PLAIN
};

pub(super) static LABELS: Requirement = Requirement {
    id: "app.labels",
    level: Level::Should,
    source: "Key Uri Format",
    clause: "label, issuer",
    text: "A label without issuer, with another than the parameter, or with percent-encoding does not keep a key from being taken.",
    judge: |entries| finding("app.labels", entries),
    reading: Reading::Excerpt,
    profiles: &["authenticator-app"],
    ..Requirement::PLAIN
};

pub(super) static REFUSES_BAD: Requirement = Requirement {
    id: "app.refuses-bad",
    level: Level::Must,
    source: "Key Uri Format",
    clause: "type, secret",
    text: "What is no key URI, or has no secret that is one, is refused.",
    judge: |entries| finding("app.refuses-bad", entries),
    reading: Reading::Excerpt,
    profiles: &["authenticator-app"],
    ..Requirement::PLAIN
};
