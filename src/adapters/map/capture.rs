//! Finding values in an answer: JSONPath (RFC 9535), header, pattern, and words put into ours.

use super::template::{Variables, as_text};
use super::xml::XmlPath;
use regex::Regex;
use reqwest::header::{HeaderMap, HeaderName};
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use serde_json_path::JsonPath;
use std::borrow::Cow;
use std::collections::BTreeMap;
use url::Url;

/// An answer as it came.
#[derive(Debug, Clone)]
pub(in crate::adapters) struct Page {
    /// Method and path of the request, for messages.
    pub(in crate::adapters) asked: String,
    /// Where it came from, after redirects.
    pub(in crate::adapters) url: Url,
    pub(in crate::adapters) status: u16,
    pub(in crate::adapters) headers: HeaderMap,
    pub(in crate::adapters) bytes: Vec<u8>,
    /// The body as text, with replacement characters where it is no UTF-8.
    pub(in crate::adapters) text: String,
    /// The body as JSON, if it is any.
    pub(in crate::adapters) json: Option<Value>,
    /// What of it a person sees, where a browser has shown it.
    pub(in crate::adapters) seen: Option<String>,
}

impl Page {
    pub(super) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// What there is to read, with one space for any white space.
    fn legible(&self) -> String {
        let parsed = || Html::parse_document(&self.text).root_element().text().collect();
        squeezed(&self.seen.clone().unwrap_or_else(parsed))
    }

    /// Whether `pattern` is somewhere in what there is to read.
    pub(in crate::adapters) fn reads(&self, pattern: &Regex) -> bool {
        pattern.is_match(&self.legible())
    }

    fn is_html(&self) -> bool {
        self.header(&reqwest::header::CONTENT_TYPE).is_some_and(|kind| kind.contains("html"))
    }
}

/// A value of a reply.
#[derive(Debug, Clone)]
pub(in crate::adapters) enum Field {
    /// Always this.
    Fixed(Value),
    /// What this variable holds.
    Variable(String),
    /// What is found in the answer.
    Found(Capture),
}

/// A place in an answer.
#[derive(Debug, Clone)]
pub(in crate::adapters) struct Capture {
    pub(super) from: Origin,
    pub(super) pattern: Option<Regex>,
    pub(super) renames: BTreeMap<String, String>,
    pub(super) otherwise: Option<String>,
}

/// The part of an answer that is looked at.
#[derive(Debug, Clone)]
pub(in crate::adapters) enum Origin {
    Json(JsonPath),
    Xml(XmlPath),
    Header(HeaderName),
    Css(Element),
    Body,
}

/// What a selector finds in a page: the text of an element, or an attribute of it.
#[derive(Debug, Clone)]
pub(in crate::adapters) struct Element {
    pub(super) selector: Selector,
    pub(super) attribute: Option<String>,
    pub(super) number: Number,
    /// The selector as it is written, if a picture of the element is wanted.
    pub(super) photographed: Option<String>,
}

/// How many elements are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::adapters) enum Number {
    /// The first that there is.
    First,
    /// All of them, as a list.
    All,
}

impl Element {
    fn find(&self, page: &Page) -> Option<Value> {
        let document = Html::parse_document(&page.text);
        let mut found = document.select(&self.selector).map(|element| self.read(element));
        match self.number {
            Number::First => found.next()?.map(Value::from),
            Number::All => {
                let all: Vec<String> = found.flatten().collect();
                (!all.is_empty()).then(|| Value::from(all))
            }
        }
    }

    fn read(&self, element: ElementRef<'_>) -> Option<String> {
        if let Some(name) = &self.attribute {
            return element.value().attr(name).map(str::to_owned);
        }
        let text = element.text().collect::<String>();
        // In these, white space means something: a certificate has lines.
        let is_as_written = matches!(element.value().name(), "pre" | "textarea");
        Some(if is_as_written { text.trim().to_owned() } else { squeezed(&text) })
    }
}

/// `text` with one space for any white space.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether `selector` finds anything in `page`.
pub(super) fn is_on_page(selector: &Selector, page: &Page) -> bool {
    Html::parse_document(&page.text).select(selector).next().is_some()
}

impl Field {
    /// The selector of the element that is to be photographed.
    pub(in crate::adapters) fn photographed(&self) -> Option<&str> {
        match self {
            Self::Found(Capture { from: Origin::Css(element), .. }) => {
                element.photographed.as_deref()
            }
            Self::Fixed(_) | Self::Variable(_) | Self::Found(_) => None,
        }
    }

    /// The value, or nothing: null counts as nothing.
    pub(in crate::adapters) fn find(&self, page: &Page, variables: &Variables) -> Option<Value> {
        match self {
            Self::Fixed(value) => Some(value.clone()),
            Self::Variable(name) => variables.get(name).cloned(),
            Self::Found(capture) => capture.find(page),
        }
    }
}

impl Capture {
    /// A capture of what `path` finds.
    pub(super) fn by_path(path: JsonPath) -> Self {
        let from = Origin::Json(path);
        Self { from, pattern: None, renames: BTreeMap::new(), otherwise: None }
    }

    pub(super) fn find(&self, page: &Page) -> Option<Value> {
        let found = match &self.from {
            Origin::Json(path) => at_path(path, page.json.as_ref()),
            Origin::Xml(path) => path.find(&page.text).map(Value::from),
            Origin::Header(name) => page.header(name).map(Value::from),
            Origin::Css(element) => element.find(page),
            Origin::Body => Some(Value::from(page.text.as_str())),
        };
        let found = match &self.pattern {
            None => found,
            Some(pattern) => found.and_then(|value| {
                let cut = |item: &Value| self.cut(pattern, &as_text(item), page);
                match value.as_array().filter(|_| self.lists()) {
                    Some(items) => Some(items.iter().filter_map(cut).collect()),
                    None => cut(&value),
                }
            }),
        };
        match found {
            None => self.otherwise.as_deref().map(Value::from),
            Some(value) => Some(self.renamed(value)),
        }
    }

    fn lists(&self) -> bool {
        matches!(&self.from, Origin::Css(element) if element.number == Number::All)
    }

    fn cut(&self, pattern: &Regex, text: &str, page: &Page) -> Option<Value> {
        let groups = pattern.captures(text)?;
        let cut = groups.get(1).or_else(|| groups.get(0))?.as_str();
        let is_html = matches!(self.from, Origin::Body) && page.is_html();
        Some(Value::from(if is_html { unescaped(cut) } else { Cow::Borrowed(cut) }))
    }

    fn renamed(&self, value: Value) -> Value {
        if let Value::Array(items) = value {
            return items.into_iter().map(|item| self.renamed(item)).collect();
        }
        if self.renames.is_empty() {
            return value;
        }
        let ours = self.renames.get(&as_text(&value)).or(self.otherwise.as_ref());
        ours.map_or(value, |ours| Value::from(ours.as_str()))
    }
}

/// What `path` finds: nothing, one value, or a list of several.
pub(super) fn at_path(path: &JsonPath, json: Option<&Value>) -> Option<Value> {
    let mut found: Vec<&Value> =
        path.query(json?).all().into_iter().filter(|value| !value.is_null()).collect();
    match found.len() {
        0 => None,
        1 => found.pop().cloned(),
        _ => Some(found.into_iter().cloned().collect()),
    }
}

/// The characters that HTML attributes must escape, unescaped: enough for tokens and links.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let references =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'")];
    let plain = references.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    Cow::Owned(plain.replace("&#43;", "+").replace("&#x3D;", "=").replace("&amp;", "&"))
}
