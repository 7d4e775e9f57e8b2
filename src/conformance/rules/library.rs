//! Libraries of one-time codes: right codes, windows as wide as asked for, base32 and key URIs.

use crate::conformance::story::Tally;
use crate::conformance::story::drill::{Trait, code, drills, generator, shown, suspect};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::drill::{Check, KeyRead, Recipe};
use crate::domain::{Drill, Drilled};
use crate::journal::Entry;
use crate::otp::{KeyUri, Kind, Liberty, NotKeyUri, Window, base32};
use data_encoding::HEXLOWER;

/// What one answer says about one requirement, by its id: kept, or what was expected and seen.
type Opinion = (&'static str, Result<(), (String, String)>);

/// A code that lies so far from the counter is another's, not one of a window that is too wide.
const NEAR: u64 = 50;

/// Bytes of the shortest key that nobody may refuse: RFC 4226 §4 R6 wants 128 bits at least.
const SHORTEST: usize = 16;

fn finding(id: &str, entries: &[Entry]) -> Finding {
    let mut tally = Tally::default();
    for (entry, drill, answer) in drills(entries) {
        for (_, opinion) in opinions(drill, answer).into_iter().filter(|(about, _)| *about == id) {
            match opinion {
                Ok(()) => tally.kept([entry]),
                Err((expected, observed)) => tally.broken(expected, observed, vec![entry]),
            }
        }
    }
    tally.finding()
}

fn opinions(drill: &Drill, answer: &Drilled) -> Vec<Opinion> {
    match (drill, answer) {
        (_, Drilled::Unsupported { .. }) => Vec::new(),
        (Drill::GenerateCode(recipe), _) => generated(recipe, answer),
        (Drill::CheckCode(check), Drilled::Checked { accepted }) => {
            checked(check, *accepted).into_iter().collect()
        }
        // A code is also refused by an error.
        (Drill::CheckCode(check), Drilled::Refused {}) => {
            checked(check, false).into_iter().collect()
        }
        (Drill::ReadKeyUri(text), _) => key_read(&text.uri, answer),
        (Drill::DecodeBase32(text), _) => decoded(&text.text, answer).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn of(this: Trait) -> &'static str {
    match this {
        Trait::LeadingZeros => "library.leading-zeros",
        Trait::Algorithm => "library.algorithms",
        Trait::Digits => "library.digits",
        Trait::Period => "library.period",
        Trait::LongKey => "library.long-keys",
        Trait::WideCounter => "library.wide-counter",
        Trait::Beyond2038 => "library.beyond-2038",
        Trait::Time => "library.totp-values",
        Trait::Counter => "library.hotp-values",
    }
}

fn generated(recipe: &Recipe, answer: &Drilled) -> Vec<Opinion> {
    let Some(expected) = code(recipe) else { return Vec::new() };
    match answer {
        Drilled::Code { code } if *code == expected => {
            shown(recipe, &expected).into_iter().map(|this| (of(this), Ok(()))).collect()
        }
        Drilled::Code { code } => {
            let blamed = of(suspect(recipe, &expected, code));
            vec![(blamed, Err((format!("the code {expected}"), format!("{code:?}"))))]
        }
        // What is unusual may be refused, as long as no wrong code is given.
        _ => Vec::new(),
    }
}

fn checked(check: &Check, accepted: bool) -> Option<Opinion> {
    let (hotp, here) = generator(&check.recipe)?;
    let digits = usize::from(check.recipe.digits);
    let is_plain = check.code.len() == digits && check.code.bytes().all(|b| b.is_ascii_digit());
    let window = Window::new(check.back, check.ahead).ok()?;
    let (id, right) = if is_plain {
        let step = hotp.verify(&check.code, here, window);
        let around = here.saturating_sub(NEAR)..=here.saturating_add(NEAR);
        let is_near = || around.clone().any(|step| hotp.code(step).to_string() == check.code);
        match step {
            Some(step) if check.spent.is_some_and(|spent| step <= spent) => {
                ("library.spent-refused", false)
            }
            Some(_) if check.code.starts_with('0') => ("library.leading-zeros", true),
            Some(_) => ("library.window-accepted", true),
            None if is_near() => ("library.window-refused", false),
            None => ("library.wrong-code-refused", false),
        }
    } else if means_a_code(&check.code, digits) {
        return None;
    } else {
        ("library.exact-length", false)
    };
    let word = |accepted| if accepted { "it is accepted" } else { "it is not accepted" };
    let wrong = || (word(right).to_owned(), word(accepted).to_owned());
    Some((id, if accepted == right { Ok(()) } else { Err(wrong()) }))
}

/// Whether a person would say that `text` is a code of so many digits, oddly written: with spaces,
/// hyphens, or digits of another script. Whoever takes it does no harm.
fn means_a_code(text: &str, digits: usize) -> bool {
    let bare: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    bare.chars().count() == digits && bare.chars().all(char::is_numeric)
}

fn decoded(text: &str, answer: &Drilled) -> Option<Opinion> {
    let strict = base32::decode(text).ok();
    let lenient = base32::decode_lenient(text).ok().map(|(bytes, _)| bytes);
    let right = strict.clone().or(lenient).map(|bytes| HEXLOWER.encode(&bytes));
    match (right, answer) {
        (Some(right), Drilled::Bytes { hex }) => {
            let wrong = || (format!("the bytes {right}"), hex.clone());
            let is_right = hex.eq_ignore_ascii_case(&right);
            Some(("library.base32-values", if is_right { Ok(()) } else { Err(wrong()) }))
        }
        (Some(right), Drilled::Refused {}) if strict.is_some_and(|key| key.len() >= SHORTEST) => {
            let wrong = (format!("the bytes {right}"), "it was refused".to_owned());
            Some(("library.base32-values", Err(wrong)))
        }
        (None, Drilled::Bytes { hex }) => {
            let wrong = ("it is refused".to_owned(), format!("the bytes {hex}"));
            Some(("library.base32-refused", Err(wrong)))
        }
        (None, Drilled::Refused {}) => Some(("library.base32-refused", Ok(()))),
        _ => None,
    }
}

fn key_read(uri: &str, answer: &Drilled) -> Vec<Opinion> {
    let refused = matches!(answer, Drilled::Refused {});
    match (KeyUri::parse(uri), answer) {
        (Err(why), Drilled::Key(_) | Drilled::Refused {}) => {
            let id = if why == NotKeyUri::Missing("counter") {
                "library.key-uri-counter"
            } else {
                "library.key-uri-refused"
            };
            let wrong = || (format!("it is refused: {why}"), "it was read".to_owned());
            vec![(id, if refused { Ok(()) } else { Err(wrong()) })]
        }
        (Ok((uri, liberties)), Drilled::Refused {})
            if liberties.is_empty() && uri.key.bytes().len() >= SHORTEST =>
        {
            let wrong = ("it is read".to_owned(), "it was refused".to_owned());
            vec![("library.key-uri-key", Err(wrong))]
        }
        (Ok((uri, liberties)), Drilled::Key(read)) => facts(&uri, &liberties, read),
        _ => Vec::new(),
    }
}

/// The opinions on each fact that was looked for.
fn facts(uri: &KeyUri, liberties: &[Liberty], read: &KeyRead) -> Vec<Opinion> {
    let mut opinions = Vec::new();
    let mut compare = |id, name: &str, right: Option<String>, seen: Option<String>| {
        let (Some(right), Some(seen)) = (right, seen) else { return };
        let wrong = || (format!("{name} {right:?}"), format!("{seen:?}"));
        opinions.push((id, if right == seen { Ok(()) } else { Err(wrong()) }));
    };
    let key = read.key_hex.as_ref().map(|hex| hex.to_ascii_lowercase());
    compare("library.key-uri-key", "key", Some(HEXLOWER.encode(uri.key.bytes())), key);
    let (kind, period, counter) = match uri.kind {
        Kind::Totp { period } => ("totp", Some(period.seconds()), None),
        Kind::Hotp { counter } => ("hotp", None, Some(counter)),
    };
    let parameters = "library.key-uri-parameters";
    let text = |number: Option<u64>| number.map(|number| number.to_string());
    compare(parameters, "type", Some(kind.to_owned()), read.kind.clone());
    let spelt = |name: &String| name.to_ascii_uppercase().replace(['-', '_'], "");
    let algorithm = read.algorithm.as_ref().map(spelt);
    compare(parameters, "algorithm", Some(uri.algorithm.to_string()), algorithm);
    compare(parameters, "digits", Some(uri.digits.to_string()), text(read.digits));
    compare(parameters, "period", text(period), text(read.period));
    compare(parameters, "counter", text(counter), text(read.counter));
    let is_plain = |liberty: &Liberty| matches!(liberty, Liberty::Secret(_));
    if liberties.iter().all(is_plain) {
        let label = "library.key-uri-label";
        let issuer = uri.issuer.clone().or_else(|| uri.label.issuer().map(str::to_owned));
        compare(label, "issuer", issuer, read.issuer.clone());
        let account = Some(uri.label.account().to_owned());
        compare(label, "account", account, read.account.clone());
    }
    opinions
}

pub(super) static HOTP_VALUES: Requirement = Requirement {
    id: "library.hotp-values",
    level: Level::Must,
    source: "RFC 4226",
    clause: "§5.3, appendix D",
    text: "A counter gives the code that HMAC-SHA-1 and dynamic truncation give.",
    judge: |entries| finding("library.hotp-values", entries),
    profiles: &["otp-library"],
    ..Requirement::PLAIN
};

pub(super) static TOTP_VALUES: Requirement = Requirement {
    id: "library.totp-values",
    level: Level::Must,
    source: "RFC 6238",
    clause: "§4.2, appendix B",
    text: "A time gives the code of its time step.",
    judge: |entries| finding("library.totp-values", entries),
    profiles: &["otp-library"],
    ..Requirement::PLAIN
};

pub(super) static LEADING_ZEROS: Requirement = Requirement {
    id: "library.leading-zeros",
    level: Level::Must,
    source: "RFC 4226",
    clause: "§5.3",
    text: "A code keeps its leading zeros.",
    judge: |entries| finding("library.leading-zeros", entries),
    profiles: &["otp-library"],
    ..Requirement::PLAIN
};

pub(super) static DIGITS: Requirement = Requirement {
    id: "library.digits",
    level: Level::Must,
    source: "RFC 4226",
    clause: "§5.3",
    text: "A code of other than six digits is the last so many of the truncated value.",
    judge: |entries| finding("library.digits", entries),
    profiles: &["otp-library"],
    ..Requirement::PLAIN
};

pub(super) static ALGORITHMS: Requirement = Requirement {
    id: "library.algorithms",
    level: Level::Must,
    source: "RFC 6238",
    clause: "§1.2, appendix B",
    text: "A code is of the hash function that was asked for.",
    judge: |entries| finding("library.algorithms", entries),
    profiles: &["otp-library"],
    ..Requirement::PLAIN
};

pub(super) static PERIOD: Requirement = Requirement {
    id: "library.period",
    level: Level::Must,
    source: "RFC 6238",
    clause: "§4.1, §4.2",
    text: "A time step is as long as was asked for.",
    judge: |entries| finding("library.period", entries),
    profiles: &["otp-library"],
    ..Requirement::PLAIN
};

pub(super) static LONG_KEYS: Requirement = Requirement {
    id: "library.long-keys",
    level: Level::Must,
    source: "RFC 2104",
    clause: "§2",
    text: "A key longer than the hash function's block is hashed first.",
    judge: |entries| finding("library.long-keys", entries),
    reading: Reading::Memory,
    profiles: &["otp-library"],
    ..Requirement::PLAIN
};

pub(super) static WIDE_COUNTER: Requirement = Requirement {
    id: "library.wide-counter",
    level: Level::Must,
    source: "RFC 4226",
    clause: "§5.1",
    text: "The counter has eight bytes.",
    judge: |entries| finding("library.wide-counter", entries),
    profiles: &["otp-library"],
    weakness: Some(190),
    ..Requirement::PLAIN
};

pub(super) static BEYOND_2038: Requirement = Requirement {
    id: "library.beyond-2038",
    level: Level::Must,
    source: "RFC 6238",
    clause: "§4.2",
    text: "Codes are right after 2038, when 31 bits of seconds are full.",
    judge: |entries| finding("library.beyond-2038", entries),
    profiles: &["otp-library"],
    weakness: Some(190),
    ..Requirement::PLAIN
};

pub(super) static WINDOW_ACCEPTED: Requirement = Requirement {
    id: "library.window-accepted",
    level: Level::Must,
    source: "RFC 4226",
    clause: "§7.4; RFC 6238 §5.2",
    text: "A right code within the window that was asked for is accepted.",
    judge: |entries| finding("library.window-accepted", entries),
    profiles: &["otp-library"],
    ..Requirement::PLAIN
};

pub(super) static WINDOW_REFUSED: Requirement = Requirement {
    id: "library.window-refused",
    level: Level::Must,
    source: "RFC 4226",
    clause: "§7.4; RFC 6238 §5.2",
    text: "A code outside the window that was asked for is not accepted.",
    judge: |entries| finding("library.window-refused", entries),
    profiles: &["otp-library"],
    weakness: Some(287),
    ..Requirement::PLAIN
};

pub(super) static WRONG_CODE_REFUSED: Requirement = Requirement {
    id: "library.wrong-code-refused",
    level: Level::Must,
    source: "RFC 4226",
    clause: "§7.2",
    text: "A code of no step anywhere near is not accepted.",
    judge: |entries| finding("library.wrong-code-refused", entries),
    profiles: &["otp-library"],
    weakness: Some(287),
    ..Requirement::PLAIN
};

pub(super) static EXACT_LENGTH: Requirement = Requirement {
    id: "library.exact-length",
    level: Level::Must,
    source: "good sense",
    clause: "what is no code",
    text: "A text that is not exactly so many digits is not accepted.",
    judge: |entries| finding("library.exact-length", entries),
    reading: Reading::Own,
    profiles: &["otp-library"],
    weakness: Some(1289),
    ..Requirement::PLAIN
};

pub(super) static SPENT_REFUSED: Requirement = Requirement {
    id: "library.spent-refused",
    level: Level::Must,
    source: "RFC 6238",
    clause: "§5.2",
    text: "A code that is spent is not accepted.",
    judge: |entries| finding("library.spent-refused", entries),
    profiles: &["otp-library"],
    weakness: Some(294),
    ..Requirement::PLAIN
};

pub(super) static BASE32_VALUES: Requirement = Requirement {
    id: "library.base32-values",
    level: Level::Must,
    source: "RFC 4648",
    clause: "§6",
    text: "Base32 gives the bytes that it stands for.",
    judge: |entries| finding("library.base32-values", entries),
    reading: Reading::Memory,
    profiles: &["otp-library"],
    ..Requirement::PLAIN
};

pub(super) static BASE32_REFUSED: Requirement = Requirement {
    id: "library.base32-refused",
    level: Level::Must,
    source: "RFC 4648",
    clause: "§3.3",
    text: "Base32 with a character that is no symbol, or of an impossible length, is refused.",
    judge: |entries| finding("library.base32-refused", entries),
    reading: Reading::Memory,
    profiles: &["otp-library"],
    ..Requirement::PLAIN
};

pub(super) static KEY_URI_KEY: Requirement = Requirement {
    id: "library.key-uri-key",
    level: Level::Must,
    source: "Key Uri Format",
    clause: "secret",
    text: "A key URI gives the key that its secret stands for.",
    judge: |entries| finding("library.key-uri-key", entries),
    reading: Reading::Excerpt,
    profiles: &["otp-library"],
    ..Requirement::PLAIN
};

pub(super) static KEY_URI_PARAMETERS: Requirement = Requirement {
    id: "library.key-uri-parameters",
    level: Level::Must,
    source: "Key Uri Format",
    clause: "algorithm, digits, period, counter",
    text: "A key URI gives its parameters, and the usual ones where it is silent.",
    judge: |entries| finding("library.key-uri-parameters", entries),
    reading: Reading::Excerpt,
    profiles: &["otp-library"],
    ..Requirement::PLAIN
};

pub(super) static KEY_URI_LABEL: Requirement = Requirement {
    id: "library.key-uri-label",
    level: Level::Must,
    source: "Key Uri Format",
    clause: "label, issuer",
    text: "A key URI gives issuer and account: escapes undone, without what stands between them.",
    judge: |entries| finding("library.key-uri-label", entries),
    reading: Reading::Excerpt,
    profiles: &["otp-library"],
    ..Requirement::PLAIN
};

pub(super) static KEY_URI_REFUSED: Requirement = Requirement {
    id: "library.key-uri-refused",
    level: Level::Must,
    source: "Key Uri Format",
    clause: "type, secret",
    text: "A key URI of another type, or without a secret that is one, is refused.",
    judge: |entries| finding("library.key-uri-refused", entries),
    reading: Reading::Excerpt,
    profiles: &["otp-library"],
    ..Requirement::PLAIN
};

pub(super) static KEY_URI_COUNTER: Requirement = Requirement {
    id: "library.key-uri-counter",
    level: Level::Should,
    source: "Key Uri Format",
    clause: "counter",
    text: "A key URI of a counter that says no counter is refused.",
    judge: |entries| finding("library.key-uri-counter", entries),
    reading: Reading::Excerpt,
    profiles: &["otp-library"],
    ..Requirement::PLAIN
};
