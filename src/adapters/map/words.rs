//! The words that a map file may use, and near misses of them.

use super::place::{Mistake, Place};
use super::whereabouts;
use crate::domain::operation::OperationKind;
use crate::domain::{Assurance, Channel, RejectionClass, TokenKind};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Variables that every request may use beside the [`whereabouts`]: the person that the session signed
/// in as, and the scenario.
const OF_SESSION: [&str; 3] = ["user", "password", "scenario"];

/// The variables that every request may use.
pub(super) fn always() -> impl Iterator<Item = &'static str> {
    OF_SESSION.iter().chain(whereabouts::NAMES).copied()
}

/// The variables that an operation brings along.
pub(in crate::adapters) fn variables_of(operation: OperationKind) -> &'static [&'static str] {
    match operation {
        OperationKind::Provision => &["user", "password", "name", "mobile", "mailbox"],
        OperationKind::SignIn => &["user", "password"],
        OperationKind::ChooseChannel => &["channel"],
        OperationKind::SubmitCode
        | OperationKind::SubmitRegistrationCode
        | OperationKind::ConfirmEnrolment => &["code"],
        OperationKind::BeginEnrolment | OperationKind::RevokeToken => &["token"],
        OperationKind::CreateCertificate => &["csr"],
        OperationKind::Unlock | OperationKind::ResetFactors => &["user"],
        OperationKind::Resynchronise => &["first", "second"],
        OperationKind::AdvanceClock => &["seconds"],
        OperationKind::ResendCode
        | OperationKind::RequestPush
        | OperationKind::AwaitPush
        | OperationKind::Probe
        | OperationKind::ListTokens
        | OperationKind::Cancel
        | OperationKind::SignOut => &[],
    }
}

/// Whether `name` is a variable that some operation or the run brings along.
pub(super) fn is_given(name: &str) -> bool {
    let own = [
        "name", "mobile", "mailbox", "channel", "code", "token", "csr", "seconds", "first",
        "second",
    ];
    own.contains(&name) || always().any(|known| known == name)
}

/// `500ms`, `3s` or `2m`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text[..end].parse().ok()?;
    match &text[end..] {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => number.checked_mul(60).map(Duration::from_secs),
        _ => None,
    }
}

/// `200` or `4xx`.
pub(super) fn status(written: &Value) -> Option<RangeInclusive<u16>> {
    let text = super::template::as_text(written);
    if let Some(hundred) = text.strip_suffix("xx") {
        let hundred: u16 = hundred.parse().ok().filter(|hundred| (1..=5).contains(hundred))?;
        return Some(hundred * 100..=hundred * 100 + 99);
    }
    let status: u16 = text.parse().ok().filter(|status| (100..=599).contains(status))?;
    Some(status..=status)
}

/// Whether the literal `value` can be the value called `name`; else what is wrong and the remedy.
pub(super) fn check_literal(name: &str, value: &Value) -> Result<(), (String, String)> {
    let many = matches!(name, "alternatives" | "offers" | "methods");
    match value {
        Value::Array(items) if many => items.iter().try_for_each(|item| check_word(name, item)),
        Value::Array(_) => {
            let what = format!("`{name}` is one value, not a list");
            Err((what, "write one word, or a JSONPath".to_owned()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            check_word(name, value)
        }
    }
}

fn check_word(name: &str, value: &Value) -> Result<(), (String, String)> {
    match name {
        "channel" | "alternatives" => one_of::<Channel>(name, value, &["sms", "email"]),
        "offers" | "methods" | "kind" => {
            let all = TokenKind::ALL.map(|kind| kind.to_string());
            one_of::<TokenKind>(name, value, &all.each_ref().map(String::as_str))
        }
        "assurance" => one_of::<Assurance>(name, value, &["single_factor", "two_factor"]),
        "class" => {
            let all = RejectionClass::ALL.map(|class| class.to_string());
            one_of::<RejectionClass>(name, value, &all.each_ref().map(String::as_str))
        }
        "expires_in" | "retry_after" if !value.is_number() => {
            let what = format!("{value} as `{name}` is no number of seconds");
            Err((what, "write a number, or a JSONPath".to_owned()))
        }
        _ => Ok(()),
    }
}

fn one_of<T: DeserializeOwned>(
    name: &str,
    value: &Value,
    all: &[&str],
) -> Result<(), (String, String)> {
    if serde_json::from_value::<T>(value.clone()).is_ok() {
        return Ok(());
    }
    let word = super::template::as_text(value);
    let remedy = format!("write {}, or a JSONPath: $.{name}", listed(all.iter().copied()));
    Err((format!("`{word}` is no {name}"), remedy))
}

/// The words with commas between.
pub(in crate::adapters) fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

/// The word of `known` that `word` was probably meant to be.
pub(in crate::adapters) fn nearest<'a>(
    word: &str,
    known: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = 1 + word.len() / 4;
    known
        .map(|other| (distance(word, other), other))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, other)| other)
}

/// How many letters must be added, removed, replaced or swapped with a neighbour.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) =
        (from.chars().take(64).collect(), to.chars().collect());
    let mut rows = vec![(0..=to.len()).collect::<Vec<usize>>()];
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let above = &rows[i - 1];
            let replaced = above[j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut best = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            let swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
            if swapped {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

/// A mistake that the grammar itself found.
pub(in crate::adapters) fn misfit(error: &serde_yaml::Error) -> Mistake {
    let place = error.location().map_or(Place { line: 1, column: 1 }, |location| Place {
        line: location.line(),
        column: location.column(),
    });
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    let what = what.replace("unknown variant", "unknown word");
    let (what, expected) = match what.split_once(", expected ") {
        Some((what, expected)) => (what.to_owned(), Some(expected.to_owned())),
        None => (what, None),
    };
    let named: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    let near = named.split_first().and_then(|(word, known)| nearest(word, known.iter().copied()));
    let remedy = match (near, expected) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, Some(expected)) => format!("write {expected}"),
        (None, None) => "compare with the schema of map files".to_owned(),
    };
    Mistake { place, what, remedy }
}

/// What is wrong with a pattern and where, in one line.
pub(super) fn pattern_error(error: &regex::Error) -> String {
    let text = error.to_string();
    let mut lines = text.lines().rev();
    let why = lines.next().unwrap_or("").trim_start_matches("error: ").to_owned();
    let caret = lines.find_map(|line| line.find('^'));
    // The library indents the pattern by four spaces and points with a caret.
    match caret.and_then(|column| column.checked_sub(3)) {
        Some(character) => format!("at character {character}, {why}"),
        None => why,
    }
}

#[cfg(test)]
mod tests {
    use super::{duration, nearest, status};
    use serde_json::json;
    use std::time::Duration;

    #[test]
    fn a_duration_is_a_number_with_a_unit() {
        assert_eq!(duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Some(Duration::from_mins(2)));
        for wrong in ["3", "s", "3 s", "-3s", "99999999999999999999s", "3h"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_status_is_a_number_or_a_hundred() {
        assert_eq!(status(&json!(401)), Some(401..=401));
        assert_eq!(status(&json!("4xx")), Some(400..=499));
        for wrong in [json!(99), json!("9xx"), json!(true), json!("4x")] {
            assert_eq!(status(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_near_miss_is_found_and_a_far_one_is_not() {
        assert_eq!(nearest("sing_in", ["sign_in", "sign_out"].into_iter()), Some("sign_in"));
        assert_eq!(nearest("xyz", ["sign_in"].into_iter()), None);
    }
}
