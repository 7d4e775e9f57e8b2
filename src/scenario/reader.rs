//! The tree as serde sees it: every error knows the node it is about.

use super::decode::Mapping;
use super::diagnose::{Span, listed, shorten};
use super::tree::{Data, Id, Style, Tree};
use super::trouble::{Trouble, Wording};
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

/// The name by which [`super::syntax::At`] asks where a value stands.
pub(super) const AT: &str = "$at";

/// A mapping as serde sees it.
pub(super) struct Entries<'m, 't>(pub(super) &'m Mapping<'t>);

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
pub(super) struct Reader<'t> {
    pub(super) tree: &'t Tree,
    pub(super) id: Id,
    /// Only this element of a list.
    pub(super) element: Option<usize>,
}

impl<'t> Reader<'t> {
    pub(super) fn span(&self) -> Span {
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
