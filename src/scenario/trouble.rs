//! What serde could not read, in words that help: codes, nouns and suggestions.

use super::diagnose::{Fault, Span, shorten, suggest};
use serde::de;
use std::fmt;

/// What serde could not read.
#[derive(Debug)]
pub(super) struct Trouble {
    code: &'static str,
    span: Option<Span>,
    wording: Wording,
    help: String,
}

/// What is wrong; what to call the thing may only be known further out.
#[derive(Debug)]
pub(super) enum Wording {
    Whole(String),
    Unknown { noun: &'static str, word: String },
    IsNo { noun: &'static str, found: String },
    Missing(String),
}

impl fmt::Display for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(message) => f.write_str(message),
            Self::Unknown { noun, word } => write!(f, "unknown {noun} `{word}`"),
            Self::IsNo { noun, found } => write!(f, "{found} is no {noun}"),
            Self::Missing(field) => write!(f, "`{field}` is missing"),
        }
    }
}

impl Trouble {
    pub(super) fn new(code: &'static str, wording: Wording, help: String) -> Self {
        Self { code, span: None, wording, help }
    }

    pub(super) fn at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }

    pub(super) fn is_missing(&self) -> bool {
        matches!(self.wording, Wording::Missing(_))
    }

    pub(super) fn into_fault(self, otherwise: Span) -> Fault {
        let span = self.span.unwrap_or(otherwise);
        Fault::new(self.code, span, self.wording.to_string(), self.help)
    }

    /// Says of which closed set of words, or of which notation, this is no member.
    pub(super) fn named(mut self, name: &str) -> Self {
        let Some((_, code, known)) = KINDS.iter().find(|(rust, ..)| *rust == name) else {
            return self;
        };
        match &mut self.wording {
            Wording::Unknown { noun, .. } | Wording::IsNo { noun, .. } => {
                *noun = known;
                self.code = code;
            }
            Wording::Whole(_) | Wording::Missing(_) => {}
        }
        self
    }
}

/// The types whose mistakes have a code of their own: name, code, and what to call them.
const KINDS: &[(&str, &str, &str)] = &[
    ("Channel", "unknown-channel", "channel"),
    ("ReplyKind", "unknown-reply", "reply"),
    ("RejectionClass", "unknown-class", "class of rejection"),
    ("TokenKind", "unknown-token", "kind of token"),
    ("DeviceKind", "unknown-device-kind", "kind of device"),
    ("Permission", "unknown-permission", "permission"),
    ("Assurance", "unknown-assurance", "assurance"),
    ("OutcomeKind", "unknown-outcome", "outcome"),
    ("Reason", "unknown-reason", "reason"),
    ("Field", "unknown-result-field", "field"),
    ("Destination", "unknown-destination", "destination"),
    ("Grants", "unknown-grant", "grant"),
    ("Title", "bad-title", "title"),
    ("Name", "bad-name", "name"),
    ("Period", "bad-duration", "duration"),
    ("Skew", "bad-duration", "duration"),
    ("Digits", "bad-range", "range"),
    ("Written", "bad-reference", "reference"),
];

impl std::error::Error for Trouble {}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.wording.fmt(f)
    }
}

impl de::Error for Trouble {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = shorten(&message.to_string());
        Self::new("bad-value", Wording::Whole(message), String::new())
    }

    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let message = format!("{} does not fit here", describe(found));
        let expected = match expected.to_string().as_str() {
            "a sequence" => "a list: `[one, two]`".to_owned(),
            "a string" => "a text".to_owned(),
            "a boolean" => "`true` or `false`".to_owned(),
            other => other.to_owned(),
        };
        Self::new("wrong-type", Wording::Whole(message), format!("write {expected}"))
    }

    fn invalid_value(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let wording = Wording::IsNo { noun: "value for this", found: describe(found) };
        Self::new("bad-value", wording, format!("write {expected}"))
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Self {
        let wording = Wording::Unknown { noun: "word", word: shorten(word) };
        Self::new("unknown-word", wording, suggest(word, known.iter().copied()))
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        let wording = Wording::Whole(format!("unknown field `{}`", shorten(field)));
        let help = match known {
            [] => "write nothing between the braces: `{}`".to_owned(),
            _ => suggest(field, known.iter().copied()),
        };
        Self::new("unknown-field", wording, help)
    }

    fn missing_field(field: &'static str) -> Self {
        let help = format!("add `{field}: …`");
        Self::new("missing-field", Wording::Missing(field.to_owned()), help)
    }
}

fn describe(found: de::Unexpected<'_>) -> String {
    match found {
        de::Unexpected::Str(text) => format!("`{}`", shorten(text)),
        de::Unexpected::Unit => "nothing".to_owned(),
        de::Unexpected::Seq => "a list".to_owned(),
        de::Unexpected::Map => "a mapping".to_owned(),
        de::Unexpected::Bool(value) => format!("`{value}`"),
        de::Unexpected::Unsigned(value) => format!("the number {value}"),
        de::Unexpected::Signed(value) => format!("the number {value}"),
        de::Unexpected::Float(_)
        | de::Unexpected::Char(_)
        | de::Unexpected::Bytes(_)
        | de::Unexpected::Option
        | de::Unexpected::NewtypeStruct
        | de::Unexpected::Enum
        | de::Unexpected::UnitVariant
        | de::Unexpected::NewtypeVariant
        | de::Unexpected::TupleVariant
        | de::Unexpected::StructVariant
        | de::Unexpected::Other(_) => "this".to_owned(),
    }
}
