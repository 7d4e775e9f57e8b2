//! What is written behind the file: operations and their values.

use crate::adapters::map::variables_of;
use crate::domain::operation::OperationKind;
use serde_json::Value;
use std::collections::BTreeMap;

/// An operation with the values that were written behind it.
pub(super) struct Line {
    pub(super) kind: OperationKind,
    values: BTreeMap<String, String>,
}

/// What was written after the file, operation by operation.
pub(super) fn lines(words: &[String]) -> Result<Vec<Line>, String> {
    words.split(|word| word == "+").map(line).collect()
}

fn line(words: &[String]) -> Result<Line, String> {
    let Some((operation, values)) = words.split_first() else {
        return Err("an operation stands on each side of a `+`".to_owned());
    };
    let kind: OperationKind =
        serde_json::from_value(Value::from(operation.as_str())).map_err(|_| {
            format!("`{operation}` is no operation; `fobwatch adapter try --help` shows some")
        })?;
    let mut written = BTreeMap::new();
    for value in values {
        let Some((name, value)) = value.split_once('=') else {
            return Err(format!("`{value}` is no value; write NAME=VALUE, or `+` before it"));
        };
        if kind == OperationKind::Provision || !variables_of(kind).contains(&name) {
            let known = match variables_of(kind) {
                [] => "nothing".to_owned(),
                _ if kind == OperationKind::Provision => "nothing: the person is invented".into(),
                names => names.join(", "),
            };
            return Err(format!("{kind} takes no `{name}`; it takes {known}"));
        }
        written.insert(name.to_owned(), value.to_owned());
    }
    Ok(Line { kind, values: written })
}

impl Line {
    /// The value called `name`, if it is written.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    pub(super) fn needed(&self, name: &str) -> Result<&str, String> {
        self.given(name).ok_or_else(|| format!("write {name}=VALUE behind it"))
    }

    /// One of our words.
    pub(super) fn word<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, String> {
        let written = self.needed(name)?;
        serde_json::from_value(Value::from(written))
            .map_err(|error| format!("`{written}` as {name}: {error}"))
    }
}
