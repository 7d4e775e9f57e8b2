//! Plain keys for authenticator apps: how long, whose, and how their URIs are written.

use crate::conformance::story::{Exchange, STEP_SECONDS, Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::operation::OperationKind;
use crate::journal::{Entry, KeyFacts};

const KEY_URI: &str = "Key Uri Format";

/// What a judge thinks of one key: nothing, that it is right, or what was expected and seen.
type Opinion = Option<Result<(), (String, String)>>;

fn each_key(entries: &[Entry], opinion: impl Fn(&KeyFacts) -> Opinion) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for (exchange, facts) in keys(&story) {
        match opinion(facts) {
            None => {}
            Some(Ok(())) => tally.kept([exchange.answered]),
            Some(Err((expected, seen))) => tally.broken(expected, seen, exchange.evidence()),
        }
    }
    tally.finding()
}

fn keys<'s, 'a>(story: &'s Story<'a>) -> impl Iterator<Item = (&'s Exchange<'a>, &'a KeyFacts)> {
    story
        .asks(OperationKind::BeginEnrolment)
        .filter_map(|exchange| Some((exchange, exchange.observed.offered.as_ref()?.key.as_ref()?)))
}

/// The same for keys in key URIs only.
fn each_uri(entries: &[Entry], opinion: impl Fn(&KeyFacts) -> Opinion) -> Finding {
    each_key(entries, |facts| if facts.suite.is_none() { opinion(facts) } else { None })
}

#[allow(clippy::unnecessary_wraps, reason = "an opinion may also be none")]
fn judged(kept: bool, expected: &str, seen: impl FnOnce() -> String) -> Opinion {
    Some(if kept { Ok(()) } else { Err((expected.to_owned(), seen())) })
}

pub(super) static SECRET_LENGTH: Requirement = Requirement {
    id: "key-uri.secret-length",
    level: Level::Must,
    source: "RFC 4226",
    clause: "§4 R6",
    text: "A shared secret has at least 128 bits.",
    judge: |entries| {
        each_key(entries, |facts| {
            judged(facts.bytes >= 16, "16 bytes or more", || format!("{} bytes", facts.bytes))
        })
    },
    profiles: &["rfc-otp"],
    weakness: Some(326),
    ..Requirement::PLAIN
};

pub(super) static SECRET_ADVISED: Requirement = Requirement {
    id: "key-uri.secret-160-bits",
    level: Level::Should,
    source: "RFC 4226",
    clause: "§4 R6",
    text: "A shared secret has 160 bits.",
    judge: |entries| {
        each_key(entries, |facts| {
            judged(facts.bytes >= 20, "20 bytes or more", || format!("{} bytes", facts.bytes))
        })
    },
    profiles: &["rfc-otp-extended"],
    ..Requirement::PLAIN
};

pub(super) static UNIQUE_KEYS: Requirement = Requirement {
    id: "rfc6238.unique-keys",
    level: Level::Must,
    source: "RFC 6238",
    clause: "§3 R2, R5",
    text: "No two enrolments get the same key.",
    judge: unique_keys,
    profiles: &["rfc-otp"],
    weakness: Some(330),
    ..Requirement::PLAIN
};

fn unique_keys(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let mut earlier: Vec<(&Exchange<'_>, &KeyFacts)> = Vec::new();
    for (exchange, facts) in keys(&story).filter(|(_, facts)| facts.key.is_some()) {
        let same = earlier.iter().find(|(_, other)| other.key == facts.key);
        match (same, earlier.last()) {
            (Some((first, _)), _) => {
                let evidence = vec![first.answered, exchange.asked, exchange.answered];
                tally.broken("a key of its own", "the key of an earlier enrolment", evidence);
            }
            (None, Some((last, _))) => tally.kept([last.answered, exchange.answered]),
            (None, None) => {}
        }
        earlier.push((exchange, facts));
    }
    tally.finding()
}

pub(super) static PERIOD_30: Requirement = Requirement {
    id: "rfc6238.period-30",
    level: Level::Should,
    source: "RFC 6238",
    clause: "§5.2",
    text: "A time step lasts 30 seconds.",
    judge: |entries| {
        each_key(entries, |facts| {
            let period = facts.period?;
            judged(period == STEP_SECONDS, "30 s", || format!("{period} s"))
        })
    },
    profiles: &["rfc-otp-extended"],
    ..Requirement::PLAIN
};

pub(super) static ISSUER_AGREES: Requirement = Requirement {
    id: "key-uri.issuer-agrees",
    level: Level::Should,
    source: KEY_URI,
    clause: "issuer",
    text: "The issuer parameter is there and equals the issuer in the label.",
    judge: |entries| {
        each_uri(entries, |facts| match (&facts.label_issuer, &facts.issuer) {
            (_, None) => judged(false, "an issuer parameter", || "none".to_owned()),
            (Some(label), Some(issuer)) => judged(label == issuer, "the same issuer twice", || {
                format!("{label:?} in the label, {issuer:?} as the parameter")
            }),
            (None, Some(_)) => judged(true, "", String::new),
        })
    },
    profiles: &["guide", "interop-authenticators"],
    reading: Reading::Excerpt,
    ..Requirement::PLAIN
};

pub(super) static NO_PADDING: Requirement = Requirement {
    id: "key-uri.no-padding",
    level: Level::Should,
    source: KEY_URI,
    clause: "secret",
    text: "The secret is written without padding.",
    judge: |entries| {
        each_uri(entries, |facts| {
            judged(!facts.is_padded, "no = behind the secret", || "padding".to_owned())
        })
    },
    profiles: &["guide", "interop-authenticators"],
    reading: Reading::Excerpt,
    ..Requirement::PLAIN
};

pub(super) static SAFE_PARAMETERS: Requirement = Requirement {
    id: "key-uri.safe-parameters",
    level: Level::Should,
    source: KEY_URI,
    clause: "algorithm, digits, period: what apps ignore",
    text: "A key asks for what every app can do: SHA-1, six digits, 30 seconds.",
    judge: |entries| {
        let wanted = Story::of(entries).wanted;
        // A scenario that wants another key has no business to blame it.
        let is_ordered = wanted.token_algorithm.is_some()
            || wanted.token_digits.is_some()
            || wanted.token_period.is_some();
        each_uri(entries, |facts| {
            if is_ordered {
                return None;
            }
            let kept = facts.algorithm == "SHA1"
                && facts.digits == 6
                && facts.period.is_none_or(|period| period == STEP_SECONDS);
            judged(kept, "SHA1, 6 digits, 30 s", || {
                let period = facts.period.map_or(String::new(), |period| format!(", {period} s"));
                format!("{}, {} digits{period}", facts.algorithm, facts.digits)
            })
        })
    },
    profiles: &["interop-authenticators"],
    reading: Reading::Excerpt,
    ..Requirement::PLAIN
};

pub(super) static COUNTER_PRESENT: Requirement = Requirement {
    id: "key-uri.counter-present",
    level: Level::Must,
    source: KEY_URI,
    clause: "counter",
    text: "A key URI for codes of a counter names the counter.",
    judge: |entries| {
        each_uri(entries, |facts| {
            if !facts.is_counter {
                return None;
            }
            judged(facts.has_counter, "a counter parameter", || "none".to_owned())
        })
    },
    profiles: &["guide", "interop-authenticators"],
    reading: Reading::Excerpt,
    ..Requirement::PLAIN
};

pub(super) static LABEL_NO_SECRET: Requirement = Requirement {
    id: "key-uri.label-no-secret",
    level: Level::Must,
    source: "Fobwatch",
    clause: "apps show the label on a screen that others see",
    text: "The label of a key URI does not hold the secret.",
    judge: |entries| {
        each_uri(entries, |facts| {
            judged(!facts.label_tells, "issuer and account", || "the secret in it".to_owned())
        })
    },
    reading: Reading::Own,
    weakness: Some(522),
    ..Requirement::PLAIN
};
