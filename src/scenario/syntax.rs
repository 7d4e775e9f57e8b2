//! The words of a scenario file as types: they parse it, and the schema for editors is theirs.

use super::diagnose::Span;
use super::notation::{Notation, Numbers, digits, is_name, period, skew};
use super::reader::AT;
use super::schema::Step;
use super::step::MAX_STEPS;
use crate::domain::Declared;
use crate::domain::device::DeviceKind;
use crate::gateways::fault::Denial;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::RangeInclusive;
use std::time::Duration;

/// What a conformance scenario says: who acts, with what, and what must come back.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "people, devices and steps are read one by one, from their nodes")]
pub(super) struct Document {
    /// The title: one sentence of what is shown.
    pub(super) scenario: Title,
    /// The requirements that it puts to the test, by id.
    #[serde(default)]
    pub(super) covers: Vec<String>,
    /// The features that a subject must have for it; others skip it.
    #[serde(default)]
    pub(super) needs: Vec<String>,
    /// The parameters that a subject must be set to for it; one that cannot skips it.
    #[serde(default)]
    pub(super) settings: Declared,
    /// Values to permute: `<name>` stands for each of them in turn.
    #[serde(default)]
    axes: Later<BTreeMap<String, Vec<String>>>,
    /// How often it is played, each time with its own chance: for races.
    #[serde(default)]
    rounds: Later<u8>,
    /// Who acts, by name.
    #[serde(default)]
    people: Later<BTreeMap<String, Person>>,
    /// What they act with, by name.
    #[serde(default)]
    devices: Later<BTreeMap<String, Device>>,
    /// What they do, one after the other.
    #[schemars(length(min = 1, max = MAX_STEPS))]
    steps: Later<Vec<Step>>,
}

/// A person: invented anew for every run.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    /// Whether a mobile number is on file.
    pub(super) mobile: bool,
    /// Whether the subject knows them; a stranger it was never told of.
    #[serde(default = "known")]
    pub(super) known: bool,
}

fn known() -> bool {
    true
}

/// A device with a soft token.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Device {
    /// What it is.
    pub(super) kind: DeviceKind,
    /// The person who owns it.
    pub(super) owner: Who,
    /// How its app misreads key URIs: the name of a profile, for authenticators only.
    pub(super) quirks: Option<At<String>>,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    pub(super) span: Span,
    pub(super) value: T,
}

/// A part that is read on its own, so that its mistakes hide no others: only its shape for the
/// schema is known here.
pub(super) struct Later<T>(PhantomData<T>);

/// A name that the author chose: a letter, then letters, digits, `-` and `_`.
#[derive(Debug, Clone)]
pub(super) struct Name(pub(super) String);

/// The name of a person.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct Who(pub(super) Name);

/// The name of a device.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct Which(pub(super) Name);

/// A title that says something.
#[derive(Debug, Clone)]
pub(super) struct Title(pub(super) String);

/// A time that passes, with its unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period(pub(super) Duration);

/// How often a step is done: 1 to 500.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times(pub(super) u32);

/// How far a clock is off, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skew(pub(super) i64);

/// Why a message is refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refused(pub(super) Denial);

/// How many digits.
#[derive(Debug, Clone)]
pub(super) struct Digits(pub(super) RangeInclusive<u32>);

/// A text as written, or a reference that is not looked up yet.
#[derive(Debug, Clone)]
pub(super) enum Written {
    /// As it stands.
    Literal(String),
    /// `$name` or `$name.field`.
    Reference {
        /// The name after `as:`.
        name: String,
        /// What follows the dot.
        field: Option<String>,
    },
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(AT, Placed(PhantomData))
    }
}

/// Takes the start, the end and the value that the reader hands out.
struct Placed<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Placed<T> {
    type Value = At<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its place")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<At<T>, A::Error> {
        let incomplete = || A::Error::custom("a value without its place");
        let start = parts.next_element()?.ok_or_else(incomplete)?;
        let end = parts.next_element()?.ok_or_else(incomplete)?;
        let value = parts.next_element()?.ok_or_else(incomplete)?;
        Ok(At { span: Span { start, end }, value })
    }
}

impl<T> Default for Later<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T> Deserialize<'de> for Later<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self::default())
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let notation = Notation {
            expected: "a letter, then up to 31 letters, digits, `-` or `_`",
            numbers: Numbers::Quoted,
            read: |text| is_name(text).then(|| Self(text.to_owned())),
        };
        deserializer.deserialize_newtype_struct("Name", notation)
    }
}

impl<'de> Deserialize<'de> for Title {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let notation = Notation {
            expected: "in one sentence what the scenario shows",
            numbers: Numbers::Quoted,
            read: |text| (!text.trim().is_empty()).then(|| Self(text.to_owned())),
        };
        deserializer.deserialize_newtype_struct("Title", notation)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let notation = Notation {
            expected: "a number and `ms`, `s`, `m`, `h` or `d`, such as `30s`; at most ten years",
            numbers: Numbers::Read,
            read: |text| period(text).map(Self),
        };
        deserializer.deserialize_newtype_struct("Period", notation)
    }
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let notation = Notation {
            expected: "a number of times, from 1 to 500",
            numbers: Numbers::Read,
            read: |text| text.parse().ok().filter(|times| (1..=500).contains(times)).map(Self),
        };
        deserializer.deserialize_newtype_struct("Times", notation)
    }
}

impl<'de> Deserialize<'de> for Skew {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let notation = Notation {
            expected: "a duration with a sign, such as `-30s` or `+5m`; at most ten years",
            numbers: Numbers::Read,
            read: |text| skew(text).map(Self),
        };
        deserializer.deserialize_newtype_struct("Skew", notation)
    }
}

impl<'de> Deserialize<'de> for Digits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let notation = Notation {
            expected: "a number such as `6`, or a range such as `6..8`; at least 1, at most 64",
            numbers: Numbers::Read,
            read: |text| digits(text).map(Self),
        };
        deserializer.deserialize_newtype_struct("Digits", notation)
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let notation = Notation {
            expected: "`$name.field`, or `$$` for text that begins with a dollar",
            numbers: Numbers::Quoted,
            read: written,
        };
        deserializer.deserialize_newtype_struct("Written", notation)
    }
}

impl<'de> Deserialize<'de> for Refused {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let notation = Notation {
            expected: "`unreachable`, `blocked`, `rate_limited`, or the provider's number",
            numbers: Numbers::Read,
            read: |text| denial(text).map(Self),
        };
        deserializer.deserialize_newtype_struct("Refused", notation)
    }
}

fn denial(text: &str) -> Option<Denial> {
    Some(match text {
        "unreachable" => Denial::Unreachable,
        "blocked" => Denial::Blocked,
        "rate_limited" => Denial::RateLimited,
        number => Denial::Code(number.parse().ok()?),
    })
}

fn written(text: &str) -> Option<Written> {
    let Some(reference) = text.strip_prefix('$') else {
        return Some(Written::Literal(text.to_owned()));
    };
    if reference.starts_with('$') {
        return Some(Written::Literal(reference.to_owned()));
    }
    let (name, field) = match reference.split_once('.') {
        Some((name, field)) => (name, Some(field)),
        None => (reference, None),
    };
    let is_whole = is_name(name) && field.is_none_or(is_name);
    is_whole.then(|| Written::Reference { name: name.into(), field: field.map(Into::into) })
}

/// The schema of a wrapper is that of what it wraps.
macro_rules! schema_within {
    ($wrapper:ident) => {
        impl<T: JsonSchema> JsonSchema for $wrapper<T> {
            fn inline_schema() -> bool {
                T::inline_schema()
            }
            fn schema_name() -> Cow<'static, str> {
                T::schema_name()
            }
            fn schema_id() -> Cow<'static, str> {
                T::schema_id()
            }
            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                T::json_schema(generator)
            }
        }
    };
}

/// A text with a notation.
macro_rules! schema_text {
    ($type:ident, $name:literal, $schema:tt) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

schema_within!(At);
schema_within!(Later);
schema_text!(Title, "Title", {
    "description": "One sentence.",
    "type": "string",
    "pattern": "\\S"
});
schema_text!(Who, "PersonName", {
    "description": "The name of a person under `people`.",
    "type": "string"
});
schema_text!(Which, "DeviceName", {
    "description": "The name of a device under `devices`.",
    "type": "string"
});
schema_text!(Name, "Name", {
    "description": "A name that the scenario gives.",
    "type": "string",
    "pattern": "^[^\\s.$0-9_-][^\\s.$]{0,31}$"
});
schema_text!(Period, "Duration", {
    "description": "A time that passes, with its unit: 250ms, 30s, 5m, 1h, 2d.",
    "type": "string",
    "pattern": "^[0-9]+(ms|s|m|h|d)$"
});
schema_text!(Times, "Times", {
    "description": "How often the step is done, one after the other.",
    "type": "integer",
    "minimum": 1,
    "maximum": 500
});
schema_text!(Skew, "Skew", {
    "description": "How far a clock is off: -30s is slow, +5m is fast.",
    "type": "string",
    "pattern": "^[+-]?[0-9]+(ms|s|m|h|d)$"
});
schema_text!(Refused, "Refusal", {
    "description": "Why a message is refused: a reason, or the provider's own number.",
    "type": ["string", "integer"],
    "pattern": "^(unreachable|blocked|rate_limited|[0-9]+)$",
    "minimum": 400
});
schema_text!(Digits, "Digits", {
    "description": "How many digits: 8, or from least to most: 6..8.",
    "type": ["string", "integer"],
    "pattern": "^[0-9]+(\\.\\.[0-9]+)?$",
    "minimum": 1
});
schema_text!(Written, "Text", {
    "description": "A text, or a reference to what an earlier step kept: $name or $name.field.",
    "type": "string"
});

#[cfg(test)]
mod tests {
    use super::{Written, written};

    #[test]
    fn two_dollars_are_one_that_is_meant() {
        assert!(matches!(written("$$5"), Some(Written::Literal(text)) if text == "$5"));
        assert!(written("$").is_none() && written("$a.b.c").is_none() && written("$a.").is_none());
    }
}
