//! The language for editors: JSON Schema from the types that parse it.

use super::step::Beside;
use super::syntax::Document;
use super::verbs::{VERBS, Word};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// The JSON Schema (draft 2020-12) of a scenario file.
#[must_use]
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Document>();
    schema.insert("title".to_owned(), json!("Fobwatch scenario"));
    without_null(schema.to_value())
}

/// A field that may be left out must not be written as `null`, whatever its `Option` suggests.
pub(super) fn without_null(schema: Value) -> Value {
    match schema {
        Value::Array(parts) => parts.into_iter().map(without_null).collect(),
        Value::Object(mut keys) => {
            if let Some(Value::Array(choices)) = keys.get_mut("anyOf") {
                choices.retain(|choice| *choice != json!({ "type": "null" }));
                if let [Value::Object(only)] = choices.as_mut_slice() {
                    let only = std::mem::take(only);
                    keys.remove("anyOf");
                    // What is said of the field goes before what is said of its type.
                    only.into_iter().for_each(|(key, value)| {
                        keys.entry(key).or_insert(value);
                    });
                }
            }
            if let Some(Value::Array(types)) = keys.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    keys.insert("type".to_owned(), only);
                }
            }
            keys.into_iter().map(|(key, value)| (key, without_null(value))).collect()
        }
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => scalar,
    }
}

/// A step, for the schema: exactly one verb of the register, and what may stand beside it.
pub(super) struct Step;

impl JsonSchema for Step {
    fn schema_name() -> Cow<'static, str> {
        "Step".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let beside = Beside::json_schema(generator);
        let mut properties = match beside.get("properties") {
            Some(Value::Object(properties)) => properties.clone(),
            _ => Map::new(),
        };
        properties.insert("expect".to_owned(), json!({ "description": "What must come back." }));
        for word in VERBS {
            properties.insert(word.name.to_owned(), arguments(word, generator));
        }
        let steps = generator.subschema_for::<Self>();
        properties.insert(
            "at_once".to_owned(),
            json!({
                "description": "Several steps from behind one barrier, without `as` and `expect`.",
                "type": "array", "minItems": 2, "maxItems": 32, "items": steps
            }),
        );
        for (key, what) in [
            ("exactly_one", "What exactly one of them must come to."),
            ("at_most_one", "What at most one of them may come to."),
            ("none", "What none of them may come to."),
        ] {
            properties.insert(key.to_owned(), json!({ "description": what, "type": "object" }));
        }
        let mut choices: Vec<Value> = VERBS.iter().map(|word| choice(word, generator)).collect();
        choices.push(json!({ "required": ["at_once"] }));
        json_schema!({
            "description": "One verb with its arguments; what is kept and expected beside it.",
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
            "oneOf": choices
        })
    }
}

/// The arguments of a verb; for some, a bare value may stand for the only one.
fn arguments(word: &Word, generator: &mut SchemaGenerator) -> Value {
    let whole = (word.schema)(generator).to_value();
    let Some(field) = word.short else { return whole };
    let named = whole.get("$ref").and_then(Value::as_str);
    let name = named.and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let bare = generator.definitions().get(name).and_then(|known| known.get("properties"));
    match bare.and_then(|properties| properties.get(field)) {
        Some(bare) => json!({ "anyOf": [bare, whole] }),
        None => whole,
    }
}

fn choice(word: &Word, generator: &mut SchemaGenerator) -> Value {
    let expect = (word.expect_schema)(generator).map_or(json!(false), Schema::to_value);
    json!({ "required": [word.name], "properties": { "expect": expect } })
}
