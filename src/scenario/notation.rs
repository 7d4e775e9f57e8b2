//! The notations of scalars: names, durations, ranges.

use serde::de::{Deserializer, Error, Unexpected, Visitor};
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Longer than any certificate or token lives; a longer wait is a slip of the keyboard.
const MAX_PERIOD: Duration = Duration::from_hours(10 * 366 * 24);

/// Names are shown in narrow columns of reports.
const MAX_NAME: usize = 32;

/// No code that a person types is longer.
const MAX_DIGITS: u32 = 64;

/// A scalar with a notation of its own.
pub(super) struct Notation<T> {
    /// What to write, after "write".
    pub(super) expected: &'static str,
    pub(super) numbers: Numbers,
    pub(super) read: fn(&str) -> Option<T>,
}

/// Whether digits without quotes are part of the notation.
#[derive(Clone, Copy)]
pub(super) enum Numbers {
    Read,
    Quoted,
}

impl<T> Notation<T> {
    fn take<E: Error>(&self, text: &str, unexpected: Unexpected<'_>) -> Result<T, E> {
        (self.read)(text).ok_or_else(|| E::invalid_value(unexpected, &self.expected))
    }
}

impl<'de, T> Visitor<'de> for Notation<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<T, D::Error> {
        match self.numbers {
            Numbers::Read => inner.deserialize_any(self),
            Numbers::Quoted => inner.deserialize_str(self),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        self.take(text, Unexpected::Str(text))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        self.take(&number.to_string(), Unexpected::Unsigned(number))
    }
}

/// Whether `text` is fit for a name.
pub(super) fn is_name(text: &str) -> bool {
    let is_inner = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    text.starts_with(char::is_alphabetic)
        && text.chars().all(is_inner)
        && text.chars().count() <= MAX_NAME
}

pub(super) fn period(text: &str) -> Option<Duration> {
    let digits = text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let number: u64 = text[..digits].parse().ok()?;
    let unit_ms = match &text[digits..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    let period = Duration::from_millis(number.checked_mul(unit_ms)?);
    (period <= MAX_PERIOD).then_some(period)
}

pub(super) fn skew(text: &str) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let milliseconds = i64::try_from(period(rest)?.as_millis()).ok()?;
    Some(sign * milliseconds)
}

pub(super) fn digits(text: &str) -> Option<RangeInclusive<u32>> {
    let (least, most) = text.split_once("..").unwrap_or((text, text));
    let (least, most): (u32, u32) = (least.parse().ok()?, most.parse().ok()?);
    (1 <= least && least <= most && most <= MAX_DIGITS).then_some(least..=most)
}

#[cfg(test)]
mod tests {
    use super::{digits, period, skew};
    use std::time::Duration;

    #[test]
    fn a_duration_has_a_number_and_a_unit() {
        assert_eq!(period("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(period("1h"), Some(Duration::from_hours(1)));
        for wrong in ["30", "s", "", "3 s", "-3s", "1.5s", "99999999999999999999d", "3661d"] {
            assert_eq!(period(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_skew_may_go_either_way() {
        assert_eq!(
            (skew("-30s"), skew("+5m"), skew("1s")),
            (Some(-30_000), Some(300_000), Some(1000))
        );
        assert_eq!(skew("--1s"), None);
    }

    #[test]
    fn a_range_does_not_run_backwards() {
        assert_eq!((digits("6..8"), digits("8")), (Some(6..=8), Some(8..=8)));
        for wrong in ["8..6", "0", "6..", "..8", "6..100", "6...8", "six"] {
            assert_eq!(digits(wrong), None, "{wrong}");
        }
    }
}
