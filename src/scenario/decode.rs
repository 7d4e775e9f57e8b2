//! Reads the tree into the types of the language, part by part, so that one mistake does not
//! hide the next.
//!
//! The types derive `Deserialize` and `JsonSchema`; serde stops at the first mistake, so a mapping
//! that fails is read once more, one entry at a time.

use super::diagnose::{Fault, Span};
use super::reader::{Entries, Reader};
use super::schema::without_null;
use super::syntax::{Which, Who, Written};
use super::tree::{Data, Id, Tree};
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::{Deserialize, DeserializeOwned};

/// The entries of a mapping that belong to one type.
#[derive(Clone)]
pub(super) struct Mapping<'t> {
    pub(super) tree: &'t Tree,
    /// Where to point if something is missing.
    pub(super) span: Span,
    /// Key, its place, and the value.
    pub(super) entries: Vec<(&'t str, Span, Id)>,
    /// Read only this element of lists.
    pub(super) element: Option<usize>,
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
