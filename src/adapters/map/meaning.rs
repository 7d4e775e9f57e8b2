//! Checking what answers mean: rules, conditions, and where values stand.

use super::capture::{Capture, Element, Field, Number, Origin};
use super::check::{Check, Eyes, Names};
use super::classify::{Rule, TokenList, When, vocabulary};
use super::file::{Finder, RuleEntry, Source, TokensEntry, WhenEntry};
use super::place::Path;
use super::template::{as_text, is_name};
use super::words;
use super::xml::XmlPath;
use crate::domain::reply::ReplyKind;
use regex::Regex;
use reqwest::header::HeaderName;
use scraper::Selector;
use serde_json::Value;
use serde_json_path::JsonPath;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Patterns are compiled to automata; this stops `(a{999}){999}` and hinders nothing sensible.
const MAX_PATTERN_BYTES: usize = 1024 * 1024;

impl Check {
    pub(in crate::adapters) fn rules(
        &mut self,
        entries: &[RuleEntry],
        known: &Names,
        path: &Path,
    ) -> Vec<Rule> {
        let entries = entries.iter().enumerate();
        entries.map(|(index, entry)| self.rule(entry, known, &path.then(&index))).collect()
    }

    fn rule(&mut self, entry: &RuleEntry, known: &Names, path: &Path) -> Rule {
        let (required, optional) = vocabulary(entry.reply);
        let mut values = BTreeMap::new();
        for (name, source) in entry.values() {
            let at = path.then(name);
            if !required.contains(&name) && !optional.contains(&name) {
                self.stray(name, entry.reply, &path.key(name));
                continue;
            }
            if let Some(field) = self.source(source, known, &at) {
                self.literal(name, &field, &at);
                self.pixels(name, &field, &at);
                values.insert(name, many(name, field));
            }
        }
        let tokens_wanted = entry.reply == ReplyKind::Tokens;
        if entry.tokens.is_some() && !tokens_wanted {
            self.stray("tokens", entry.reply, &path.key("tokens"));
        }
        for name in required {
            let is_there = entry.values().any(|(written, _)| written == *name)
                || (tokens_wanted && entry.tokens.is_some());
            if !is_there {
                let what = format!("a reply `{}` needs `{name}`", entry.reply);
                let remedy = format!("add `{name}: $.json.path`, or a word of ours");
                self.wrong::<()>(&path.then("reply"), what, remedy);
            }
        }
        let tokens = entry.tokens.as_ref();
        let tokens = tokens.and_then(|list| self.tokens(list, known, &path.then("tokens")));
        let when = self.when(&entry.when, &path.then("when"));
        Rule { when, reply: entry.reply, values, tokens }
    }

    fn stray(&mut self, name: &str, reply: ReplyKind, path: &Path) {
        let what = format!("a reply `{reply}` has no `{name}`");
        let (required, optional) = vocabulary(reply);
        let may = words::listed(required.iter().chain(optional).copied());
        let remedy = if may.is_empty() { "remove it".to_owned() } else { format!("it has {may}") };
        self.wrong::<()>(path, what, remedy);
    }

    /// A value that is written out must be one that we know.
    fn literal(&mut self, name: &str, field: &Field, path: &Path) {
        let Field::Fixed(value) = field else { return };
        if let Err((what, remedy)) = words::check_literal(name, value) {
            self.wrong::<()>(path, what, remedy);
        }
    }

    /// Only a QR code may be wanted as it looks.
    fn pixels(&mut self, name: &str, field: &Field, path: &Path) {
        if field.photographed().is_some() && name != "qr" {
            let what = format!("`{name}` is read, not photographed");
            self.wrong::<()>(&path.key("screenshot"), what, "only `qr` may be a screenshot");
        }
    }

    fn tokens(&mut self, entry: &TokensEntry, known: &Names, path: &Path) -> Option<TokenList> {
        let list = self.json_path(&entry.list, &path.then("list"));
        let id = self.source(&entry.id, known, &path.then("id"));
        let kind = self.source(&entry.kind, known, &path.then("kind"));
        if let Some(kind) = &kind {
            self.literal("kind", kind, &path.then("kind"));
        }
        Some(TokenList { list: list?, id: id?, kind: kind? })
    }

    pub(super) fn when(&mut self, entry: &WhenEntry, path: &Path) -> When {
        let mut when = When::default();
        if let Some(statuses) = &entry.status {
            when.statuses = self.statuses(statuses, &path.then("status"));
        }
        for (text, value) in &entry.json {
            if let Some(found) = self.json_path(text, &path.then("json").key(text)) {
                let single = std::slice::from_ref(value);
                let wanted = value.as_array().map_or(single, Vec::as_slice);
                when.json.push((found, wanted.to_vec()));
            }
        }
        for (text, value) in &entry.xml {
            if let Some(found) = self.xml_path(text, &path.then("xml").key(text)) {
                let single = std::slice::from_ref(value);
                let wanted = value.as_array().map_or(single, Vec::as_slice);
                when.xml.push((found, wanted.iter().map(as_text).collect()));
            }
        }
        when.has = entry.has.as_ref().and_then(|text| self.json_path(text, &path.then("has")));
        for (name, text) in &entry.header {
            let at = path.then("header");
            let pattern = self.pattern(text, &at.then(name));
            when.headers.extend(self.header_name(name, &at.key(name)).zip(pattern));
        }
        when.css = entry.css.as_ref().and_then(|text| self.selector(text, &path.then("css")));
        when.text = entry.text.as_ref().and_then(|text| self.pattern(text, &path.then("text")));
        when.url = entry.url.as_ref().and_then(|text| self.pattern(text, &path.then("url")));
        when.body = entry.body.as_ref().and_then(|text| self.pattern(text, &path.then("body")));
        when
    }

    fn statuses(&mut self, written: &Value, path: &Path) -> Vec<RangeInclusive<u16>> {
        let single = std::slice::from_ref(written);
        let all = written.as_array().map_or(single, Vec::as_slice);
        let ranges: Option<Vec<_>> = all.iter().map(words::status).collect();
        ranges.unwrap_or_else(|| {
            let what = format!("{written} is no HTTP status");
            let remedy = "write 200, 4xx, or a list of these";
            self.wrong::<()>(path, what, remedy);
            Vec::new()
        })
    }

    pub(in crate::adapters) fn source(
        &mut self,
        source: &Source,
        known: &Names,
        path: &Path,
    ) -> Option<Field> {
        match source {
            Source::Number(number) => Some(Field::Fixed(Value::from(*number))),
            Source::List(list) => Some(Field::Fixed(Value::from(list.clone()))),
            Source::Found(finder) => self.finder(finder, path).map(Field::Found),
            Source::Text(text) => match text.strip_prefix('$') {
                None => Some(Field::Fixed(Value::from(text.as_str()))),
                Some(name) if is_name(name) => {
                    self.variable(name, known, path)?;
                    Some(Field::Variable(name.to_owned()))
                }
                Some(_) => {
                    let found = self.json_path(text, path)?;
                    Some(Field::Found(Capture::by_path(found)))
                }
            },
        }
    }

    fn finder(&mut self, finder: &Finder, path: &Path) -> Option<Capture> {
        if finder.attr.is_some() && finder.css.is_none() {
            let what = "only an element has attributes";
            return self.wrong(&path.then("attr"), what, "add `css`, or remove `attr`");
        }
        if finder.screenshot {
            self.screenshot(finder, path)?;
        }
        let from = self.origin(finder, path)?;
        let pattern = match &finder.regex {
            None => None,
            Some(text) => Some(self.pattern(text, &path.then("regex"))?),
        };
        let (renames, otherwise) = (finder.renames.clone(), finder.otherwise.clone());
        Some(Capture { from, pattern, renames, otherwise })
    }

    fn origin(&mut self, finder: &Finder, path: &Path) -> Option<Origin> {
        let Finder { json, xml, header, css, .. } = finder;
        Some(match (json, xml, header, css) {
            (Some(text), None, None, None) => {
                Origin::Json(self.json_path(text, &path.then("json"))?)
            }
            (None, Some(text), None, None) => Origin::Xml(self.xml_path(text, &path.then("xml"))?),
            (None, None, Some(name), None) => {
                Origin::Header(self.header_name(name, &path.then("header"))?)
            }
            (None, None, None, Some(text)) => {
                let selector = self.selector(text, &path.then("css"))?;
                let photographed = finder.screenshot.then(|| text.clone());
                let (attribute, number) = (finder.attr.clone(), Number::First);
                Origin::Css(Element { selector, attribute, number, photographed })
            }
            (None, None, None, None) if finder.regex.is_some() => Origin::Body,
            (None, None, None, None) => {
                let what = "this does not say where to look";
                return self.wrong(path, what, "add `json`, `xml`, `header`, `css` or `regex`");
            }
            _ => {
                let what = "a value stands in the body, in a header or in an element: in one";
                return self.wrong(path, what, "keep one of `json`, `xml`, `header` and `css`");
            }
        })
    }

    fn xml_path(&mut self, text: &str, path: &Path) -> Option<XmlPath> {
        if let Some(found) = XmlPath::parse(text) {
            return Some(found);
        }
        let what = format!("`{text}` is no way to an element of XML");
        self.wrong(path, what, "write names: /response/result/@code, or //result")
    }

    fn screenshot(&mut self, finder: &Finder, path: &Path) -> Option<()> {
        let at = path.key("screenshot");
        if self.eyes == Eyes::None {
            let what = "over HTTP there are no pixels to be seen";
            return self.wrong(&at, what, "read an attribute, or drive a browser: `browser: 1`");
        }
        if finder.css.is_none() || finder.attr.is_some() || finder.regex.is_some() {
            let what = "a screenshot is taken of an element, whole";
            return self.wrong(&at, what, "write `css` beside it and nothing else");
        }
        Some(())
    }

    fn json_path(&mut self, text: &str, path: &Path) -> Option<JsonPath> {
        match JsonPath::parse(text) {
            Ok(found) => Some(found),
            Err(error) => {
                let (position, why) = (error.position(), error.message());
                let what = format!("`{text}` is no JSONPath: at character {position}, {why}");
                self.wrong(path, what, "JSONPath is written as in RFC 9535: $.list[0].name")
            }
        }
    }

    pub(in crate::adapters) fn selector(&mut self, text: &str, path: &Path) -> Option<Selector> {
        // The parser's own errors are for its developers.
        if let Ok(selector) = Selector::parse(text) {
            return Some(selector);
        }
        let what = format!("`{text}` is no CSS selector");
        self.wrong(path, what, "write it as in a style sheet: `form input[name=csrf]`")
    }

    pub(in crate::adapters) fn pattern(&mut self, text: &str, path: &Path) -> Option<Regex> {
        match regex::RegexBuilder::new(text).size_limit(MAX_PATTERN_BYTES).build() {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                let what = format!("`{text}` is no pattern: {}", words::pattern_error(&error));
                let remedy =
                    "a `\\` before a sign takes its meaning away; write it in 'single quotes'";
                self.wrong(path, what, remedy)
            }
        }
    }

    pub(super) fn header_name(&mut self, text: &str, path: &Path) -> Option<HeaderName> {
        if let Ok(name) = HeaderName::from_bytes(text.as_bytes()) {
            return Some(name);
        }
        let what = format!("`{text}` is no name of a header");
        self.wrong(path, what, "use letters, digits and hyphens: X-Csrf-Token")
    }
}

/// A list takes every element that its selector finds.
fn many(name: &str, mut field: Field) -> Field {
    if let Field::Found(Capture { from: Origin::Css(element), .. }) = &mut field
        && matches!(name, "alternatives" | "offers" | "methods")
    {
        element.number = Number::All;
    }
    field
}
