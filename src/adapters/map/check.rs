//! From what is written to what can be done: every mistake of a map file, with its place.

use super::capture::{Capture, Field, Origin};
use super::classify::{Rule, TokenList, When, vocabulary};
use super::file::{
    Finder, MapFile, NowEntry, OperationEntry, RequestEntry, RuleEntry, Source, TokensEntry,
    WhenEntry,
};
use super::place::{Mistake, Path, Places, render};
use super::program::{Program, Steps};
use super::session::{Payload, Redirects, Request, Target};
use super::template::{Body, Template, is_name};
use super::words;
use crate::domain::reply::ReplyKind;
use crate::subject::{About, ClockMode, Settling};
use regex::Regex;
use reqwest::Method;
use reqwest::header::HeaderName;
use serde_json::Value;
use serde_json_path::JsonPath;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::time::Duration;
use url::Url;

/// People wait this long for a page.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// A run must end: nobody waits longer than this for one answer.
const MAX_TIMEOUT: Duration = Duration::from_secs(120);

/// Patterns are compiled to automata; this stops `(a{999}){999}` and hinders nothing sensible.
const MAX_PATTERN_BYTES: usize = 1024 * 1024;

/// Reads the map `text` of the file called `file`; `base` takes the place of the one inside.
///
/// # Errors
/// All mistakes, rendered.
pub(super) fn read(text: &str, file: &str, base: Option<&str>) -> Result<Program, String> {
    let places = Places::of(text).map_err(|mistake| render(file, text, vec![mistake]))?;
    let written: MapFile = serde_yaml::from_str(text)
        .map_err(|error| render(file, text, vec![words::misfit(&error)]))?;
    let captured = captured_names(&written);
    let mut check = Check { places, captured, mistakes: Vec::new() };
    let program = check.program(&written, base);
    match program {
        Some(program) if check.mistakes.is_empty() => Ok(program),
        Some(_) | None => Err(render(file, text, check.mistakes)),
    }
}

fn captured_names(written: &MapFile) -> BTreeSet<String> {
    let requests = written.operations.values().flat_map(|operation| &operation.requests);
    requests.flat_map(|request| request.capture.keys().cloned()).collect()
}

/// A check under way. Each method gives nothing back if it has noted a mistake.
struct Check {
    places: Places,
    captured: BTreeSet<String>,
    mistakes: Vec<Mistake>,
}

impl Check {
    fn wrong<T>(
        &mut self,
        path: &Path,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Option<T> {
        let place = self.places.find(path);
        self.mistakes.push(Mistake { place, what: what.into(), remedy: remedy.into() });
        None
    }

    fn program(&mut self, written: &MapFile, base: Option<&str>) -> Option<Program> {
        let root = Path::default();
        if written.map != 1 {
            let what = format!("version {} of map files is not known", written.map);
            self.wrong::<()>(&root.then("map"), what, "write `map: 1`");
        }
        let base = self.url(base.unwrap_or(&written.base), &root.then("base"));
        let timeout = self.duration(written.timeout.as_deref(), &root.then("timeout"));
        let settling =
            self.duration(written.delivered_within.as_deref(), &root.then("delivered_within"));
        let mut hosts = BTreeMap::new();
        for (name, target) in &written.hosts {
            if let Some(url) = self.url(target, &root.then("hosts").then(name)) {
                hosts.insert(name.to_ascii_lowercase(), url);
            }
        }
        let now = self.clock(written, &root.then("clock"));
        let mut operations = BTreeMap::new();
        for (kind, entry) in &written.operations {
            let known = self.known_variables(words::variables_of(*kind));
            let steps = self.steps(entry, &known, &root.then("operations").then(kind));
            operations.insert(*kind, steps);
        }
        let known = self.known_variables(&[]);
        let shared = self.rules(&written.replies, &known, &root.then("replies"));
        Some(Program {
            about: About {
                name: written.name.clone(),
                features: written.features.clone(),
                clock: written.clock.as_ref().map_or(ClockMode::Real, |clock| clock.mode),
                delivery: settling.map_or(Settling::BeforeReply, Settling::Within),
            },
            target: Target { base: base?, timeout: timeout.unwrap_or(DEFAULT_TIMEOUT) },
            hosts,
            now,
            operations,
            shared,
        })
    }

    fn known_variables(&self, own: &[&str]) -> BTreeSet<String> {
        let given = own.iter().chain(words::ALWAYS).map(|name| (*name).to_owned());
        given.chain(self.captured.iter().cloned()).collect()
    }

    fn url(&mut self, text: &str, path: &Path) -> Option<Url> {
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.query().is_none() => {
                Some(url)
            }
            Ok(_) => {
                let what = format!("`{text}` is no base for HTTP requests");
                self.wrong(path, what, "write http://HOST:PORT, perhaps with a path, and no query")
            }
            Err(error) => {
                let what = format!("`{text}` is no URL: {error}");
                self.wrong(path, what, "write http://HOST:PORT, perhaps with a path")
            }
        }
    }

    fn duration(&mut self, text: Option<&str>, path: &Path) -> Option<Duration> {
        let text = text?;
        match words::duration(text) {
            Some(duration) if duration <= MAX_TIMEOUT => Some(duration),
            Some(_) => {
                let what = format!("{text} is too long to wait");
                self.wrong(path, what, "nothing here may take longer than 120s")
            }
            None => {
                let what = format!("`{text}` is no duration");
                self.wrong(path, what, "write a number with a unit: 500ms, 3s or 2m")
            }
        }
    }

    fn clock(&mut self, written: &MapFile, path: &Path) -> Option<(Request, Field)> {
        let clock = written.clock.as_ref()?;
        let moves =
            written.operations.contains_key(&crate::domain::operation::OperationKind::AdvanceClock);
        match (clock.mode, &clock.now) {
            (ClockMode::Virtual, _) => {
                let what = "behind a map, scenarios cannot each have a clock of their own";
                self.wrong(&path.then("mode"), what, "write `shared_virtual`")
            }
            (ClockMode::SharedVirtual | ClockMode::Offset, _) if !moves => {
                let what = "this clock can be moved, but the map does not say how";
                self.wrong(&path.then("mode"), what, "add the operation `advance_clock`")
            }
            (ClockMode::SharedVirtual, None) => {
                let what = "a virtual clock must be read once, and the map does not say how";
                self.wrong(path, what, "add `now: { request: GET /path, capture: $.now }`")
            }
            (ClockMode::SharedVirtual, Some(now)) => self.now(now, &path.then("now")),
            (ClockMode::Offset | ClockMode::Real, Some(_)) => {
                let what = "only a virtual clock is read";
                self.wrong(&path.then("now"), what, "leave `now` away, or write `shared_virtual`")
            }
            (ClockMode::Offset | ClockMode::Real, None) => None,
        }
    }

    fn now(&mut self, now: &NowEntry, path: &Path) -> Option<(Request, Field)> {
        let known = BTreeSet::new();
        let line = self.request_line(&now.request, &known, &path.then("request"));
        let field = self.source(&now.capture, &known, &path.then("capture"));
        let (method, target) = line?;
        let request = Request {
            method,
            path: target,
            when: None,
            headers: Vec::new(),
            payload: Payload::Nothing,
            redirects: Redirects::Kept,
            captures: Vec::new(),
        };
        Some((request, field?))
    }

    fn steps(&mut self, entry: &OperationEntry, known: &BTreeSet<String>, path: &Path) -> Steps {
        let at = path.then("requests");
        if entry.requests.is_empty() {
            let what = "an operation without a request asks nothing";
            self.wrong::<()>(&at, what, "write at least one, or leave the operation away");
        }
        let mut requests = Vec::new();
        for (index, request) in entry.requests.iter().enumerate() {
            if index == 0 && request.when.is_some() {
                let what = "no answer comes before the first request";
                let remedy = "leave `when` away here; it belongs to later requests";
                self.wrong::<()>(&at.then(0).then("when"), what, remedy);
            }
            requests.extend(self.request(request, known, &at.then(index)));
        }
        Steps { requests, rules: self.rules(&entry.replies, known, &path.then("replies")) }
    }

    fn request(
        &mut self,
        entry: &RequestEntry,
        known: &BTreeSet<String>,
        path: &Path,
    ) -> Option<Request> {
        let line = self.request_line(&entry.request, known, &path.then("request"));
        let mut headers = Vec::new();
        for (name, text) in &entry.headers {
            let at = path.then("headers").then(name);
            let name = self.header_name(name, &at);
            let value = self.template(text, known, &at);
            headers.extend(name.zip(value));
        }
        let payload = self.payload(entry, known, path);
        let mut captures = Vec::new();
        for (name, source) in &entry.capture {
            let at = path.then("capture").then(name);
            self.capture_name(name, &at);
            captures.extend(self.source(source, known, &at).map(|field| (name.clone(), field)));
        }
        let when = entry.when.as_ref().map(|when| self.when(when, &path.then("when")));
        let (method, target) = line?;
        let redirects = if entry.follow { Redirects::Followed } else { Redirects::Kept };
        Some(Request { method, path: target, when, headers, payload, redirects, captures })
    }

    fn request_line(
        &mut self,
        text: &str,
        known: &BTreeSet<String>,
        path: &Path,
    ) -> Option<(Method, Template)> {
        let remedy = "write a method and a path below `base`: POST /api/sign_in";
        let parts = text.split_once(' ').map(|(method, target)| (method, target.trim()));
        let Some((method, target)) = parts.filter(|(_, target)| target.starts_with('/')) else {
            return self.wrong(path, format!("`{text}` is no request"), remedy);
        };
        if !matches!(method, "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS") {
            return self.wrong(path, format!("`{method}` is no method of HTTP"), remedy);
        }
        let template = self.template(target, known, path)?;
        Method::from_bytes(method.as_bytes()).ok().map(|method| (method, template))
    }

    fn capture_name(&mut self, name: &str, path: &Path) {
        if !is_name(name) {
            let what = format!("`{name}` cannot name a variable");
            self.wrong::<()>(path, what, "use letters, digits and _, and no digit first");
        } else if words::is_given(name) {
            let what = format!("${name} already is a variable of an operation");
            self.wrong::<()>(path, what, "capture under another name");
        }
    }

    fn payload(&mut self, entry: &RequestEntry, known: &BTreeSet<String>, path: &Path) -> Payload {
        match (&entry.json, &entry.form) {
            (None, None) => Payload::Nothing,
            (Some(_), Some(_)) => {
                let what = "a request has one body, JSON or a form";
                self.wrong::<()>(&path.then("form"), what, "remove `json` or `form`");
                Payload::Nothing
            }
            (Some(json), None) => Payload::Json(self.body(json, known, &path.then("json"))),
            (None, Some(form)) => {
                let at = path.then("form");
                let fields = form.iter().filter_map(|(name, text)| {
                    let template = self.template(text, known, &at.then(name))?;
                    Some((name.clone(), template))
                });
                Payload::Form(fields.collect())
            }
        }
    }

    fn body(&mut self, json: &Value, known: &BTreeSet<String>, path: &Path) -> Body {
        match json {
            Value::String(text) => match self.template(text, known, path) {
                Some(template) => Body::Text(template),
                None => Body::Fixed(Value::Null),
            },
            Value::Array(items) => {
                let items = items.iter().enumerate();
                Body::List(items.map(|(at, item)| self.body(item, known, &path.then(at))).collect())
            }
            Value::Object(fields) => {
                let fields = fields.iter();
                Body::Object(
                    fields
                        .map(|(name, field)| {
                            (name.clone(), self.body(field, known, &path.then(name)))
                        })
                        .collect(),
                )
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Body::Fixed(json.clone()),
        }
    }

    fn template(&mut self, text: &str, known: &BTreeSet<String>, path: &Path) -> Option<Template> {
        match Template::parse(text) {
            Ok(template) => {
                for name in template.variables() {
                    self.variable(name, known, path)?;
                }
                Some(template)
            }
            Err(at) => {
                let what = format!("the `$` at character {at} of `{text}` begins no variable");
                self.wrong(path, what, "write $name or ${name}; `$$` is a dollar sign")
            }
        }
    }

    fn variable(&mut self, name: &str, known: &BTreeSet<String>, path: &Path) -> Option<()> {
        if known.contains(name) {
            return Some(());
        }
        let remedy = words::nearest(name, known.iter().map(String::as_str)).map_or_else(
            || format!("known here: {}", words::listed(known.iter().map(String::as_str))),
            |near| format!("did you mean ${near}?"),
        );
        self.wrong(path, format!("nothing sets ${name}"), remedy)
    }

    fn rules(&mut self, entries: &[RuleEntry], known: &BTreeSet<String>, path: &Path) -> Vec<Rule> {
        let entries = entries.iter().enumerate();
        entries.map(|(index, entry)| self.rule(entry, known, &path.then(index))).collect()
    }

    fn rule(&mut self, entry: &RuleEntry, known: &BTreeSet<String>, path: &Path) -> Rule {
        let (required, optional) = vocabulary(entry.reply);
        let mut values = BTreeMap::new();
        for (name, source) in entry.values() {
            let at = path.then(name);
            if !required.contains(&name) && !optional.contains(&name) {
                self.stray(name, entry.reply, &at);
                continue;
            }
            if let Some(field) = self.source(source, known, &at) {
                self.literal(name, &field, &at);
                values.insert(name, field);
            }
        }
        let tokens_wanted = entry.reply == ReplyKind::Tokens;
        if entry.tokens.is_some() && !tokens_wanted {
            self.stray("tokens", entry.reply, &path.then("tokens"));
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

    fn tokens(
        &mut self,
        entry: &TokensEntry,
        known: &BTreeSet<String>,
        path: &Path,
    ) -> Option<TokenList> {
        let list = self.json_path(&entry.list, &path.then("list"));
        let id = self.source(&entry.id, known, &path.then("id"));
        let kind = self.source(&entry.kind, known, &path.then("kind"));
        if let Some(kind) = &kind {
            self.literal("kind", kind, &path.then("kind"));
        }
        Some(TokenList { list: list?, id: id?, kind: kind? })
    }

    fn when(&mut self, entry: &WhenEntry, path: &Path) -> When {
        let mut when = When::default();
        if let Some(statuses) = &entry.status {
            when.statuses = self.statuses(statuses, &path.then("status"));
        }
        for (text, value) in &entry.json {
            if let Some(found) = self.json_path(text, &path.then("json").then(text)) {
                let wanted = match value {
                    Value::Array(wanted) => wanted.clone(),
                    single => vec![single.clone()],
                };
                when.json.push((found, wanted));
            }
        }
        when.has = entry.has.as_ref().and_then(|text| self.json_path(text, &path.then("has")));
        for (name, text) in &entry.header {
            let at = path.then("header").then(name);
            let name = self.header_name(name, &at);
            when.headers.extend(name.zip(self.pattern(text, &at)));
        }
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

    fn source(&mut self, source: &Source, known: &BTreeSet<String>, path: &Path) -> Option<Field> {
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
        let from = match (&finder.json, &finder.header) {
            (Some(_), Some(_)) => {
                let what = "a value stands in the JSON body or in a header, not in both";
                return self.wrong(path, what, "remove `json` or `header`");
            }
            (Some(text), None) => Origin::Json(self.json_path(text, &path.then("json"))?),
            (None, Some(name)) => Origin::Header(self.header_name(name, &path.then("header"))?),
            (None, None) if finder.regex.is_some() => Origin::Body,
            (None, None) => {
                let what = "this does not say where to look";
                return self.wrong(path, what, "add `json`, `header` or `regex`");
            }
        };
        let pattern = match &finder.regex {
            None => None,
            Some(text) => Some(self.pattern(text, &path.then("regex"))?),
        };
        let (renames, otherwise) = (finder.renames.clone(), finder.otherwise.clone());
        Some(Capture { from, pattern, renames, otherwise })
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

    fn pattern(&mut self, text: &str, path: &Path) -> Option<Regex> {
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

    fn header_name(&mut self, text: &str, path: &Path) -> Option<HeaderName> {
        match HeaderName::from_bytes(text.as_bytes()) {
            Ok(name) => Some(name),
            Err(_) => {
                let what = format!("`{text}` is no name of a header");
                self.wrong(path, what, "use letters, digits and hyphens: X-Csrf-Token")
            }
        }
    }
}
