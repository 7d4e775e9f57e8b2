//! The grammar of browser files: that of map files, with steps on pages.

use crate::adapters::map::file::{ClockEntry, LaunchEntry, RequestEntry, RuleEntry, Source};
use crate::domain::Declared;
use crate::domain::operation::OperationKind;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;

/// How a person finds their way through a portal, and what its pages mean.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrowserFile {
    /// The version of this grammar: 1.
    pub browser: u32,
    /// The name of the implementation, for people.
    pub name: String,
    /// The URL that all paths begin with: `http://127.0.0.1:4010`.
    pub base: String,
    /// The browser and its driver, where they are not on the PATH.
    #[serde(default)]
    pub programs: ProgramsEntry,
    /// What the server can, as `needs:` names it; without this line it has all that is asked of it.
    pub features: Option<Vec<String>>,
    /// What the server says of itself: claims that the suite measures, and choices between
    /// things that are equally legal.
    #[serde(default)]
    pub declares: Declared,
    /// How the server is started; without this it runs already.
    pub launch: Option<LaunchEntry>,
    /// How its clock can be moved; without this line it cannot.
    pub clock: Option<ClockEntry>,
    /// How long after an answer its message may still be on the way to a gateway, as `3s`; without
    /// this line messages arrive before the answer.
    pub delivered_within: Option<String>,
    /// How long a page may take to show what a step needs; `10s` without this line.
    pub timeout: Option<String>,
    /// Variables whose values stand in the environment and not in this file: `$name` to the name
    /// of the environment variable. They are hidden wherever an answer is shown.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// Where devices find the hosts that the server shows them: host to URL.
    #[serde(default)]
    pub hosts: BTreeMap<String, String>,
    /// What the server can be asked. What is not here, it does not support.
    #[schemars(schema_with = "operations_schema")]
    pub operations: BTreeMap<OperationKind, SceneEntry>,
    /// Meanings of pages, tried after those of the operation.
    #[serde(default)]
    pub replies: Vec<RuleEntry>,
}

/// Names the operations: the derived schema would let any key pass.
fn operations_schema(generator: &mut SchemaGenerator) -> Schema {
    let names = generator.subschema_for::<OperationKind>();
    let entry = generator.subschema_for::<SceneEntry>();
    json_schema!({ "type": "object", "propertyNames": names, "additionalProperties": entry })
}

/// Programs that belong to the browser.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgramsEntry {
    /// ChromeDriver; `chromedriver` without this line.
    pub chromedriver: Option<String>,
    /// Chromium; without this line the driver looks for one.
    pub chromium: Option<String>,
    /// Further arguments of Chromium, such as `--no-sandbox` in a container that allows no sandbox.
    #[serde(default)]
    pub arguments: Vec<String>,
}

/// One operation: what a person does on the pages, or requests as in a map, and what the page or
/// answer that comes of it means.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SceneEntry {
    /// What a person does, in order.
    pub steps: Option<Vec<StepEntry>>,
    /// Requests, for what no page offers. Those of a session carry the cookies of its browser.
    pub requests: Option<Vec<RequestEntry>>,
    /// Meanings of the last page; the first that fits counts.
    #[serde(default)]
    pub replies: Vec<RuleEntry>,
}

/// One thing that a person does: one of `open`, `fill`, `choose`, `tick`, `press`, `needs` and
/// `wait`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepEntry {
    /// Do this only if the page shows that, as the steps before have left it.
    pub when: Option<SightEntry>,
    /// Open the page at this path below `base`.
    pub open: Option<String>,
    /// Type into this field; a text is its label.
    pub fill: Option<MarkEntry>,
    /// What is typed, in the place of what stood there. With a variable that has no value the
    /// field is left as it is.
    pub with: Option<String>,
    /// Choose from this list; a text is its label.
    pub choose: Option<MarkEntry>,
    /// What is chosen: the option as it reads, or its `value`.
    pub option: Option<String>,
    /// Tick this box, if it is not ticked; a text is its label.
    pub tick: Option<MarkEntry>,
    /// Press this; a text is the name of a button or link.
    pub press: Option<MarkEntry>,
    /// Go on only if the page shows this; elsewhere a person cannot do such a thing, and it is
    /// unsupported.
    pub needs: Option<SightEntry>,
    /// Wait until the page shows this: for pages that scripts change.
    pub wait: Option<SightEntry>,
    /// What to keep of the page that follows, for later steps of this session.
    #[serde(default)]
    pub capture: BTreeMap<String, Source>,
}

/// What a page shows; all must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SightEntry {
    /// A CSS selector that finds something; it may hold variables.
    pub css: Option<String>,
    /// A pattern that the text which a person sees has somewhere, any white space in it being one
    /// space.
    pub text: Option<String>,
    /// A pattern that the address has somewhere.
    pub url: Option<String>,
}

/// How a person tells an element from all others: a text, or a [`Description`].
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub enum MarkEntry {
    /// The label of a field, or the name of a button or link.
    Text(String),
    /// Anything else.
    Described(Description),
}

/// What an element is: one of `label`, `name` (with or without `role`), `text` and `css`. Exactly
/// one element that is visible must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// The label of a field.
    pub label: Option<String>,
    /// Its role as assistive technology names it: button, link, textbox, checkbox, heading …
    pub role: Option<String>,
    /// Its accessible name: what a screen reader says.
    pub name: Option<String>,
    /// Its text, whole.
    pub text: Option<String>,
    /// A CSS selector.
    pub css: Option<String>,
    /// Look only inside what this CSS selector finds.
    pub within: Option<String>,
}

/// Written by hand because an untagged enum forgets where its parts stand.
impl<'de> Deserialize<'de> for MarkEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MarkVisitor)
    }
}

struct MarkVisitor;

impl<'de> Visitor<'de> for MarkVisitor {
    type Value = MarkEntry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a label or name, or a map with label, role, name, text or css")
    }

    fn visit_str<E>(self, text: &str) -> Result<MarkEntry, E> {
        Ok(MarkEntry::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<MarkEntry, A::Error> {
        Description::deserialize(MapAccessDeserializer::new(fields)).map(MarkEntry::Described)
    }
}
