//! Reads the tree into the types of the language, part by part, so that one mistake does not
//! hide the next.
//!
//! The types derive `Deserialize` and `JsonSchema`; serde stops at the first mistake, so a mapping
//! that fails is read once more, one entry at a time.

use super::diagnose::{Fault, Span, listed, shorten, suggest};
use super::schema::without_null;
use super::syntax::{Which, Who, Written};
use super::tree::{Data, Id, Style, Tree};
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{
    self, Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, Visitor,
};
use serde::forward_to_deserialize_any;
use std::fmt;

/// The name by which [`super::syntax::At`] asks where a value stands.
pub(super) const AT: &str = "$at";

/// The entries of a mapping that belong to one type.
#[derive(Clone)]
pub(super) struct Mapping<'t> {
    pub(super) tree: &'t Tree,
    /// Where to point if something is missing.
    pub(super) span: Span,
    /// Key, its place, and the value.
    pub(super) entries: Vec<(&'t str, Span, Id)>,
    /// Read only this element of lists.
    element: Option<usize>,
}

impl<'t> Mapping<'t> {
    /// The mapping at `id`, or nothing if something else stands there.
    pub(super) fn of(tree: &'t Tree, id: Id) -> Option<Self> {
        let Data::Map(pairs) = &tree.node(id).data else { return None };
        let entries = pairs
            .iter()
            .filter_map(|(key, value)| Some((tree.scalar(*key)?, tree.span(*key), *value)))
            .collect();
        Some(Self { tree, span: tree.span(id), entries, element: None })
    }

    /// A mapping of one entry, for a value that stands for its only field.
    pub(super) fn single(tree: &'t Tree, key: &'static str, value: Id) -> Self {
        let span = tree.span(value);
        Self { tree, span, entries: vec![(key, span, value)], element: None }
    }

    /// Only these of its entries.
    pub(super) fn with(&self, entries: Vec<(&'t str, Span, Id)>) -> Self {
        Self { entries, ..self.clone() }
    }

    /// The value under `key`.
    pub(super) fn value(&self, key: &str) -> Option<Id> {
        self.entries.iter().find(|(name, ..)| *name == key).map(|(.., value)| *value)
    }

    /// Where `key` itself stands.
    pub(super) fn key_span(&self, key: &str) -> Option<Span> {
        self.entries.iter().find(|(name, ..)| *name == key).map(|(_, span, _)| *span)
    }

    fn only(&self, entry: usize, element: Option<usize>) -> Self {
        Self { entries: vec![self.entries[entry]], element, ..self.clone() }
    }

    /// The ways to read one entry alone: whole, or a list element by element.
    fn probes(&self, entry: usize) -> Vec<Self> {
        match &self.tree.node(self.entries[entry].2).data {
            Data::List(elements) if elements.len() > 1 => {
                (0..elements.len()).map(|element| self.only(entry, Some(element))).collect()
            }
            Data::List(_) | Data::Scalar(..) | Data::Map(_) => vec![self.only(entry, None)],
        }
    }
}

/// Reads `mapping` as a `T`. Without one, `faults` says everything that is wrong.
pub(super) fn decode<T: DeserializeOwned + JsonSchema>(
    mapping: &Mapping<'_>,
    faults: &mut Vec<Fault>,
) -> Option<T> {
    let read = |mapping: &Mapping<'_>| T::deserialize(Entries(mapping));
    if let Ok(value) = read(mapping) {
        return Some(value);
    }
    let probes = (0..mapping.entries.len()).flat_map(|entry| mapping.probes(entry));
    let wrong =
        probes.filter_map(|probe| read(&probe).err()).filter(|trouble| !trouble.is_missing());
    faults.extend(wrong.map(|trouble| trouble.into_fault(mapping.span)));
    for field in required::<T>() {
        if mapping.value(&field).is_none() {
            let message = format!("`{field}` is missing");
            let help = format!("add `{field}: …`");
            faults.push(Fault::new("missing-field", mapping.span, message, help));
        }
    }
    None
}

/// Reads the node at `id` as a mapping for `T`.
pub(super) fn decode_node<T: DeserializeOwned + JsonSchema>(
    tree: &Tree,
    id: Id,
    what: &str,
    faults: &mut Vec<Fault>,
) -> Option<T> {
    if let Some(mapping) = Mapping::of(tree, id) {
        return decode(&mapping, faults);
    }
    let message = format!("{what} is a mapping");
    let example = required::<T>().first().map_or("…".to_owned(), |field| format!("{field}: …"));
    let help = format!("write `{{ {example} }}`");
    faults.push(Fault::new("wrong-type", tree.span(id), message, help));
    None
}

/// A person, a device or a text that arguments mention.
pub(super) struct Mention {
    pub(super) span: Span,
    pub(super) meaning: Meaning,
}

/// What is mentioned.
pub(super) enum Meaning {
    Person(Who),
    Device(Which),
    Text(Written),
}

/// What the entries of `mapping` mention that are sound by themselves; which field means what is
/// in the schema of `T`.
pub(super) fn mentions<T: JsonSchema>(mapping: &Mapping<'_>) -> Vec<Mention> {
    let schema = without_null(T::json_schema(&mut SchemaGenerator::default()).to_value());
    let mention = |(key, _, id): &(&str, Span, Id)| {
        let reader = Reader { tree: mapping.tree, id: *id, element: None };
        let meaning = match schema["properties"][*key]["$ref"].as_str()?.rsplit('/').next()? {
            "PersonName" => Meaning::Person(Who::deserialize(reader).ok()?),
            "DeviceName" => Meaning::Device(Which::deserialize(reader).ok()?),
            "Text" => Meaning::Text(Written::deserialize(reader).ok()?),
            _ => return None,
        };
        Some(Mention { span: reader.span(), meaning })
    };
    mapping.entries.iter().filter_map(mention).collect()
}

/// The fields that a `T` cannot do without, as its schema says.
fn required<T: JsonSchema>() -> Vec<String> {
    let schema = T::json_schema(&mut SchemaGenerator::default());
    let fields = schema.get("required").and_then(|required| required.as_array());
    let names = fields.into_iter().flatten().filter_map(|name| name.as_str());
    names.map(ToOwned::to_owned).collect()
}

/// The fields that a `T` may have, as its schema says.
pub(super) fn fields<T: JsonSchema>() -> Vec<String> {
    let schema = T::json_schema(&mut SchemaGenerator::default());
    let properties = schema.get("properties").and_then(|properties| properties.as_object());
    properties.into_iter().flat_map(|properties| properties.keys().cloned()).collect()
}

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
enum Wording {
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
    fn new(code: &'static str, wording: Wording, help: String) -> Self {
        Self { code, span: None, wording, help }
    }

    fn at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }

    fn is_missing(&self) -> bool {
        matches!(self.wording, Wording::Missing(_))
    }

    fn into_fault(self, otherwise: Span) -> Fault {
        let span = self.span.unwrap_or(otherwise);
        Fault::new(self.code, span, self.wording.to_string(), self.help)
    }

    /// Says of which closed set of words, or of which notation, this is no member.
    fn named(mut self, name: &str) -> Self {
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

/// A mapping as serde sees it.
struct Entries<'m, 't>(&'m Mapping<'t>);

impl<'de> Deserializer<'de> for Entries<'_, '_> {
    type Error = Trouble;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        let mut walk = Walk { mapping: self.0, next: 0 };
        MapAccessDeserializer::new(&mut walk).deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

struct Walk<'m, 't> {
    mapping: &'m Mapping<'t>,
    next: usize,
}

impl<'de> de::MapAccess<'de> for &mut Walk<'_, '_> {
    type Error = Trouble;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Trouble> {
        let Some((key, span, _)) = self.mapping.entries.get(self.next) else { return Ok(None) };
        let key: StrDeserializer<'_, Trouble> = key.into_deserializer();
        seed.deserialize(key).map(Some).map_err(|trouble| trouble.at(*span))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Trouble> {
        let (.., id) = self.mapping.entries[self.next];
        self.next += 1;
        seed.deserialize(Reader { tree: self.mapping.tree, id, element: self.mapping.element })
    }
}

/// A node as serde sees it.
#[derive(Clone, Copy)]
struct Reader<'t> {
    tree: &'t Tree,
    id: Id,
    element: Option<usize>,
}

impl<'t> Reader<'t> {
    fn span(&self) -> Span {
        self.tree.span(self.id)
    }

    fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        match &self.tree.node(self.id).data {
            Data::Scalar(text, style) => match resolve(text, *style) {
                serde_yaml::Value::Null => visitor.visit_unit(),
                serde_yaml::Value::Bool(value) => visitor.visit_bool(value),
                serde_yaml::Value::Number(number) => visit_number(&number, visitor),
                serde_yaml::Value::String(_)
                | serde_yaml::Value::Sequence(_)
                | serde_yaml::Value::Mapping(_)
                | serde_yaml::Value::Tagged(_) => visitor.visit_str(text),
            },
            Data::List(elements) => visitor.visit_seq(Elements::of(self, elements)),
            Data::Map(_) => self.visit_map(visitor),
        }
    }

    fn visit_map<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        match Mapping::of(self.tree, self.id) {
            Some(mapping) => Entries(&mapping).deserialize_any(visitor),
            None => Err(de::Error::invalid_type(self.unexpected(), &visitor)),
        }
    }

    /// Text that YAML would take for a number or a truth value must be quoted.
    fn visit_text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        let Data::Scalar(text, style) = &self.tree.node(self.id).data else {
            return self.visit(visitor);
        };
        match resolve(text, *style) {
            serde_yaml::Value::String(_) => visitor.visit_str(text),
            serde_yaml::Value::Null => {
                let wording = Wording::Whole("nothing is written here".to_owned());
                Err(Trouble::new("wrong-type", wording, "write a text".to_owned()))
            }
            serde_yaml::Value::Bool(_)
            | serde_yaml::Value::Number(_)
            | serde_yaml::Value::Sequence(_)
            | serde_yaml::Value::Mapping(_)
            | serde_yaml::Value::Tagged(_) => {
                let message = format!("`{}` is no text", shorten(text));
                let help = format!("put it in quotes: `\"{}\"`", shorten(text));
                Err(Trouble::new("wrong-type", Wording::Whole(message), help))
            }
        }
    }

    fn unexpected(&self) -> de::Unexpected<'t> {
        match &self.tree.node(self.id).data {
            Data::Scalar(text, _) if text.is_empty() => de::Unexpected::Unit,
            Data::Scalar(text, _) => de::Unexpected::Str(text),
            Data::List(_) => de::Unexpected::Seq,
            Data::Map(_) => de::Unexpected::Map,
        }
    }
}

/// What YAML takes a scalar for: only a plain one can be anything but text.
fn resolve(text: &str, style: Style) -> serde_yaml::Value {
    let plain = match style {
        Style::Plain => serde_yaml::from_str(text).ok(),
        Style::Quoted => None,
    };
    let is_scalar = |value: &serde_yaml::Value| {
        value.is_null() || value.is_bool() || value.is_number() || value.is_string()
    };
    plain.filter(is_scalar).unwrap_or_else(|| serde_yaml::Value::String(text.to_owned()))
}

fn visit_number<'de, V: Visitor<'de>>(
    number: &serde_yaml::Number,
    visitor: V,
) -> Result<V::Value, Trouble> {
    match (number.as_u64(), number.as_i64(), number.as_f64()) {
        (Some(value), ..) => visitor.visit_u64(value),
        (None, Some(value), _) => visitor.visit_i64(value),
        (None, None, value) => visitor.visit_f64(value.unwrap_or_default()),
    }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Trouble;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        self.visit(visitor).map_err(|trouble| trouble.at(self.span()))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        self.visit_text(visitor).map_err(|trouble| trouble.at(self.span()))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        match name {
            AT => {
                let Span { start, end } = self.span();
                visitor.visit_seq(Placed { reader: self, parts: vec![end, start] })
            }
            _ => visitor.visit_newtype_struct(self).map_err(|trouble| trouble.named(name)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        let read = match self.tree.scalar(self.id) {
            Some(word) => {
                let word: StrDeserializer<'_, Trouble> = word.into_deserializer();
                visitor.visit_enum(word)
            }
            None => Err(de::Error::invalid_type(self.unexpected(), &"a single word")),
        };
        read.map_err(|trouble| trouble.named(name).at(self.span()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        let read = match self.tree.node(self.id).data {
            Data::Map(_) => self.visit_map(visitor),
            Data::Scalar(..) | Data::List(_) => {
                let expected = format!("a mapping with {}", listed(fields));
                Err(de::Error::invalid_type(self.unexpected(), &expected.as_str()))
            }
        };
        read.map_err(|trouble| trouble.at(self.span()))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct
        seq tuple tuple_struct map identifier ignored_any
    }
}

/// The start and the end of a value, then the value.
struct Placed<'t> {
    reader: Reader<'t>,
    parts: Vec<usize>,
}

impl<'de> de::SeqAccess<'de> for Placed<'_> {
    type Error = Trouble;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Trouble> {
        match self.parts.pop() {
            Some(byte) => seed.deserialize(byte.into_deserializer()).map(Some),
            None => seed.deserialize(self.reader).map(Some),
        }
    }
}

/// The elements of a list, or the one that is wanted.
struct Elements<'t> {
    tree: &'t Tree,
    rest: std::slice::Iter<'t, Id>,
}

impl<'t> Elements<'t> {
    fn of(reader: Reader<'t>, elements: &'t [Id]) -> Self {
        let wanted = match reader.element {
            Some(only) => elements.get(only..=only).unwrap_or_default(),
            None => elements,
        };
        Self { tree: reader.tree, rest: wanted.iter() }
    }
}

impl<'de> de::SeqAccess<'de> for Elements<'_> {
    type Error = Trouble;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Trouble> {
        let Some(id) = self.rest.next() else { return Ok(None) };
        seed.deserialize(Reader { tree: self.tree, id: *id, element: None }).map(Some)
    }
}
