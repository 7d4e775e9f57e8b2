//! Texts and bodies of requests with `$variables` in them.

use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;

/// What the variables stand for; a name that is missing stands for nothing.
pub(in crate::adapters) type Variables = BTreeMap<String, Value>;

/// A text in which `$name` or `${name}` stands for a variable and `$$` for a dollar sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::adapters) struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable(String),
}

/// The variable that a text cannot do without has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::adapters) struct Absent(pub(in crate::adapters) String);

impl Template {
    /// Reads `text`; an error says at which character, from 1, a `$` is neither.
    pub(in crate::adapters) fn parse(text: &str) -> Result<Self, usize> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            push_text(&mut parts, &rest[..at]);
            let after = &rest[at + 1..];
            let used = if after.starts_with('$') {
                push_text(&mut parts, "$");
                1
            } else {
                let (name, used) = variable(after)
                    .ok_or_else(|| text[..text.len() - after.len()].chars().count())?;
                parts.push(Part::Variable(name.to_owned()));
                used
            };
            rest = &after[used..];
        }
        push_text(&mut parts, rest);
        Ok(Self(parts))
    }

    /// `text` as it stands.
    pub(in crate::adapters) fn plain(text: &str) -> Self {
        Self(vec![Part::Text(text.to_owned())])
    }

    /// The variables it names, in order.
    pub(in crate::adapters) fn variables(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Variable(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// Whether it names the variable `name`.
    pub(in crate::adapters) fn names(&self, name: &str) -> bool {
        self.variables().any(|known| known == name)
    }

    /// Whether it is the variable `name` and nothing else.
    pub(in crate::adapters) fn is_only(&self, name: &str) -> bool {
        self.sole() == Some(name)
    }

    /// The name, if the whole text is one variable.
    fn sole(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Part::Variable(name)] => Some(name),
            _ => None,
        }
    }

    /// The text with each value passed through `encode`.
    pub(in crate::adapters) fn fill(
        &self,
        variables: &Variables,
        encode: fn(&str) -> String,
    ) -> Result<String, Absent> {
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Variable(name) => {
                    let value = variables.get(name).ok_or_else(|| Absent(name.clone()))?;
                    filled.push_str(&encode(&as_text(value)));
                }
            }
        }
        Ok(filled)
    }

    /// The text as it is; nothing if it is one variable and that has no value.
    pub(in crate::adapters) fn fill_optional(
        &self,
        variables: &Variables,
    ) -> Result<Option<String>, Absent> {
        match self.sole() {
            Some(name) => Ok(variables.get(name).map(as_text)),
            None => self.fill(variables, str::to_owned).map(Some),
        }
    }

    /// The texts of a form's field: one, or one for each item if it is one variable that is a list.
    /// There is none if that variable has no value.
    pub(super) fn fill_each(&self, variables: &Variables) -> Result<Vec<String>, Absent> {
        match self.sole().and_then(|name| variables.get(name)) {
            Some(Value::Array(items)) => Ok(items.iter().map(as_text).collect()),
            _ => Ok(self.fill_optional(variables)?.into_iter().collect()),
        }
    }
}

/// As it is written.
impl std::fmt::Display for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Variable(name) => write!(f, "${{{name}}}"),
        })
    }
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(Part::Text(last)) => last.push_str(text),
        Some(Part::Variable(_)) | None => parts.push(Part::Text(text.to_owned())),
    }
}

/// The name at the start of `text`, with or without braces, and how many bytes it takes.
fn variable(text: &str) -> Option<(&str, usize)> {
    if let Some(braced) = text.strip_prefix('{') {
        let name = &braced[..braced.find('}')?];
        return is_name(name).then_some((name, name.len() + 2));
    }
    let end = text.find(|c: char| !is_name_character(c)).unwrap_or(text.len());
    is_name(&text[..end]).then_some((&text[..end], end))
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Whether `text` can name a variable: letters, digits and `_`, no digit first.
pub(in crate::adapters) fn is_name(text: &str) -> bool {
    text.chars().all(is_name_character) && text.starts_with(|c: char| !c.is_ascii_digit())
}

/// A JSON value as forms, headers and URLs write it: texts without quotes.
pub(in crate::adapters) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    }
}

/// Everything but RFC 3986 §2.3 unreserved characters as `%XX`.
pub(in crate::adapters) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&data_encoding::HEXUPPER.encode(&[byte]));
        }
    }
    encoded
}

/// A JSON body with templates in place of texts.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Body {
    Fixed(Value),
    Text(Template),
    List(Vec<Body>),
    Object(Vec<(String, Body)>),
}

impl Body {
    /// Whether it names only variables that `is_known`.
    pub(super) fn names_only(&self, is_known: &impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Fixed(_) => true,
            Self::Text(template) => template.variables().all(is_known),
            Self::List(items) => items.iter().all(|item| item.names_only(is_known)),
            Self::Object(fields) => fields.iter().all(|(_, field)| field.names_only(is_known)),
        }
    }

    /// Whether the variable `name`, where it stands at all, is a whole value and no part of a text.
    pub(super) fn takes_whole(&self, name: &str) -> bool {
        match self {
            Self::Fixed(_) => true,
            Self::Text(template) => !template.names(name) || template.is_only(name),
            Self::List(items) => items.iter().all(|item| item.takes_whole(name)),
            Self::Object(fields) => fields.iter().all(|(_, field)| field.takes_whole(name)),
        }
    }

    /// The body with its variables filled in. A text that is one variable takes its JSON type; if
    /// it has no value, a field is left out and an item of a list is null.
    pub(super) fn fill(&self, variables: &Variables) -> Result<Option<Value>, Absent> {
        Ok(match self {
            Self::Fixed(value) => Some(value.clone()),
            Self::Text(template) => match template.sole() {
                Some(name) => variables.get(name).cloned(),
                None => Some(Value::String(template.fill(variables, str::to_owned)?)),
            },
            Self::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.push(item.fill(variables)?.unwrap_or(Value::Null));
                }
                Some(Value::Array(list))
            }
            Self::Object(fields) => {
                let mut object = Map::new();
                for (name, field) in fields {
                    if let Some(value) = field.fill(variables)? {
                        object.insert(name.clone(), value);
                    }
                }
                Some(Value::Object(object))
            }
        })
    }
}

/// `seconds` as a JSON number, whole if it is whole.
pub(super) fn seconds(duration: std::time::Duration) -> Value {
    if duration.subsec_nanos() == 0 {
        return Value::from(duration.as_secs());
    }
    Number::from_f64(duration.as_secs_f64()).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::{Absent, Body, Template, Variables, percent_encoded};
    use serde_json::json;

    fn variables() -> Variables {
        Variables::from([("user".to_owned(), json!("a b/ü")), ("seconds".to_owned(), json!(90))])
    }

    fn filled(text: &str) -> Result<String, Absent> {
        Template::parse(text).expect("a template").fill(&variables(), percent_encoded)
    }

    #[test]
    fn a_variable_is_percent_encoded_and_a_dollar_sign_can_be_written() {
        assert_eq!(
            filled("/u/$user/$$5?s=${seconds}s").as_deref(),
            Ok("/u/a%20b%2F%C3%BC/$5?s=90s")
        );
        assert_eq!(filled("/$mobile"), Err(Absent("mobile".to_owned())));
    }

    #[test]
    fn a_dollar_sign_alone_is_refused_with_its_position() {
        for (text, at) in [("é $", 3), ("$1", 1), ("${user", 1), ("${}", 1), ("$.a", 1)] {
            assert_eq!(Template::parse(text), Err(at), "{text}");
        }
    }

    #[test]
    fn a_body_keeps_json_types_and_leaves_absent_fields_out() {
        let text = |text| Body::Text(Template::parse(text).expect("a template"));
        let body = Body::Object(vec![
            ("by".to_owned(), text("$seconds")),
            ("mobile".to_owned(), text("$mobile")),
            ("all".to_owned(), Body::List(vec![text("$mobile"), text("+$seconds")])),
        ]);
        assert_eq!(body.fill(&variables()), Ok(Some(json!({ "by": 90, "all": [null, "+90"] }))));
    }
}
