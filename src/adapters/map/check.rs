//! From what is written to what can be done: every mistake of a map file, with its place.

use super::file::{ClockEntry, LaunchEntry, MapFile, OperationEntry, RequestEntry, Sources};
use super::folder_of;
use super::place::{Mistake, Path, Places, render};
use super::program::{Program, Steps};
use super::session::{Payload, Redirects, Request, Target};
use super::template::{Body, Template, is_name};
use super::words;
use crate::domain::operation::OperationKind;
use crate::domain::{Declared, Role};
use crate::subject::{About, Settling};
use reqwest::Method;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use url::{Host, Url};

/// People wait this long for a page.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// A run must end: nobody waits longer than this for one answer.
const MAX_TIMEOUT: Duration = Duration::from_mins(2);

/// Reads the map `text` of the file called `file`; `base` takes the place of the one inside.
///
/// # Errors
/// All mistakes, rendered.
pub(super) fn read(text: &str, file: &str, base: Option<&str>) -> Result<Program, String> {
    let beside = folder_of(file);
    let places = Places::of(text).map_err(|mistake| render(file, text, vec![mistake]))?;
    let written: MapFile = serde_yaml::from_str(text)
        .map_err(|error| render(file, text, vec![words::misfit(&error)]))?;
    let captured = captured_names(&written);
    let mut check = Check::new(places, captured, Eyes::None);
    let program = check.program(&written, base, &beside);
    check.passed(program, file, text)
}

fn captured_names(written: &MapFile) -> Names {
    let requests = written.operations.values().flat_map(|operation| &operation.requests);
    let captured = requests.flat_map(|request| request.capture.keys().cloned());
    captured.chain(written.secrets.keys().cloned()).collect()
}

/// The variables that may be used at some place.
pub(in crate::adapters) type Names = BTreeSet<String>;

/// Whether answers are seen as they look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::adapters) enum Eyes {
    /// By a program, which sees bytes.
    None,
    /// In a browser.
    Browser,
}

/// What a file says of a server before it comes to the operations.
pub(in crate::adapters) struct Head<'a> {
    pub(in crate::adapters) name: &'a str,
    pub(in crate::adapters) base: &'a str,
    pub(in crate::adapters) features: Option<&'a [String]>,
    pub(in crate::adapters) declares: &'a Declared,
    pub(in crate::adapters) launch: Option<&'a LaunchEntry>,
    pub(in crate::adapters) clock: Option<&'a ClockEntry>,
    pub(in crate::adapters) delivered_within: Option<&'a str>,
    pub(in crate::adapters) timeout: Option<&'a str>,
    pub(in crate::adapters) hosts: &'a BTreeMap<String, String>,
    pub(in crate::adapters) secrets: &'a BTreeMap<String, String>,
    pub(in crate::adapters) sources: Option<Sources>,
    /// Whether an operation moves the clock.
    pub(in crate::adapters) moves: bool,
}

impl<'a> Head<'a> {
    fn of(written: &'a MapFile) -> Self {
        Self {
            name: &written.name,
            base: &written.base,
            features: written.features.as_deref(),
            declares: &written.declares,
            launch: written.launch.as_ref(),
            clock: written.clock.as_ref(),
            delivered_within: written.delivered_within.as_deref(),
            timeout: written.timeout.as_deref(),
            hosts: &written.hosts,
            secrets: &written.secrets,
            sources: written.source_addresses,
            moves: written.operations.contains_key(&OperationKind::AdvanceClock),
        }
    }
}

/// A check under way. Each method gives nothing back if it has noted a mistake.
pub(in crate::adapters) struct Check {
    places: Places,
    captured: Names,
    pub(super) eyes: Eyes,
    mistakes: Vec<Mistake>,
}

impl Check {
    pub(in crate::adapters) fn new(places: Places, captured: Names, eyes: Eyes) -> Self {
        Self { places, captured, eyes, mistakes: Vec::new() }
    }

    /// What was made of the file called `file`, if it has no mistakes; else all of them, rendered.
    pub(in crate::adapters) fn passed<T>(
        self,
        made: Option<T>,
        file: &str,
        text: &str,
    ) -> Result<T, String> {
        match made {
            Some(made) if self.mistakes.is_empty() => Ok(made),
            Some(_) | None => Err(render(file, text, self.mistakes)),
        }
    }

    pub(in crate::adapters) fn wrong<T>(
        &mut self,
        path: &Path,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Option<T> {
        let place = self.places.find(path);
        self.mistakes.push(Mistake { place, what: what.into(), remedy: remedy.into() });
        None
    }

    fn program(
        &mut self,
        written: &MapFile,
        base: Option<&str>,
        beside: &std::path::Path,
    ) -> Option<Program> {
        let root = Path::default();
        if written.map != 1 {
            let what = format!("version {} of map files is not known", written.map);
            self.wrong::<()>(&root.then("map"), what, "write `map: 1`");
        }
        let program = self.ground(&Head::of(written), base, beside);
        let mut operations = BTreeMap::new();
        for (kind, entry) in &written.operations {
            let known = self.known_variables(words::variables_of(*kind));
            let at = root.then("operations").then(&kind);
            let mut steps = self.steps(entry, &known, &at);
            let words = entry.words.as_ref();
            steps.translation = self.translation(words, *kind, &known, &at.then("words"));
            operations.insert(*kind, steps);
        }
        let known = self.known_variables(&[]);
        let shared = self.rules(&written.replies, &known, &root.then("replies"));
        Some(Program { operations, shared, ..program? })
    }

    /// A program that cannot be asked anything yet.
    pub(in crate::adapters) fn ground(
        &mut self,
        head: &Head<'_>,
        base: Option<&str>,
        beside: &std::path::Path,
    ) -> Option<Program> {
        let root = Path::default();
        let base = self.url(base.unwrap_or(head.base), &root.then("base"));
        let timeout = self.duration(head.timeout, &root.then("timeout"));
        let settling = self.duration(head.delivered_within, &root.then("delivered_within"));
        let mut hosts = BTreeMap::new();
        for (name, target) in head.hosts {
            if let Some(url) = self.url(target, &root.then("hosts").then(name)) {
                hosts.insert(name.to_ascii_lowercase(), url);
            }
        }
        let secrets = self.secrets(head.secrets, &root.then("secrets"));
        let sources = self.sources(head.sources, base.as_ref(), &root.then("source_addresses"));
        let launch = head
            .launch
            .map(|entry| self.launch(entry, head.secrets.keys(), beside, &root.then("launch")));
        let clock = self.clock(head, &root.then("clock"))?;
        Some(Program {
            about: About {
                name: head.name.to_owned(),
                role: Role::Server,
                features: head.features.map(<[String]>::to_vec),
                declared: head.declares.clone(),
                clock: clock.mode(),
                delivery: settling.map_or(Settling::BeforeReply, Settling::Within),
            },
            target: Target { base: base?, timeout: timeout.unwrap_or(DEFAULT_TIMEOUT), from: None },
            sources,
            hosts,
            launch: launch.flatten(),
            clock,
            secrets,
            operations: BTreeMap::new(),
            shared: Vec::new(),
        })
    }

    fn sources(&mut self, wish: Option<Sources>, base: Option<&Url>, path: &Path) -> Sources {
        let host = base.and_then(Url::host);
        let is_there = matches!(host, Some(Host::Ipv4(address)) if address.is_loopback());
        let can_be = is_there && cfg!(target_os = "linux");
        match wish {
            None if can_be => Sources::Own,
            None => Sources::Shared,
            Some(Sources::Own) if base.is_some() && !can_be => {
                let what = "browsers cannot each have an address of their own here";
                let remedy = "that needs Linux, and a `base` with 127.0.0.1; or write `shared`";
                self.wrong::<()>(path, what, remedy);
                Sources::Shared
            }
            Some(wish) => wish,
        }
    }

    pub(in crate::adapters) fn known_variables(&self, own: &[&str]) -> Names {
        let own = own.iter().map(|name| (*name).to_owned());
        let given = own.chain(words::always().map(str::to_owned));
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

    pub(super) fn duration(&mut self, text: Option<&str>, path: &Path) -> Option<Duration> {
        let text = text?;
        match words::duration(text) {
            Some(duration) if duration <= MAX_TIMEOUT => Some(duration),
            Some(_) => {
                let what = format!("{text} is too long to wait");
                self.wrong(path, what, "nothing here may take longer than 2m")
            }
            None => {
                let what = format!("`{text}` is no duration");
                self.wrong(path, what, "write a number with a unit: 500ms, 3s or 2m")
            }
        }
    }

    pub(in crate::adapters) fn steps(
        &mut self,
        entry: &OperationEntry,
        known: &Names,
        path: &Path,
    ) -> Steps {
        let at = path.then("requests");
        if entry.requests.is_empty() {
            let what = "an operation without a request asks nothing";
            self.wrong::<()>(&at, what, "write at least one, or leave the operation away");
        }
        let within = self.duration(entry.timeout.as_deref(), &path.then("timeout"));
        let mut requests = Vec::new();
        for (index, request) in entry.requests.iter().enumerate() {
            if index == 0 && request.when.is_some() {
                let what = "no answer comes before the first request";
                let remedy = "leave `when` away here; it belongs to later requests";
                self.wrong::<()>(&at.then(&0).key("when"), what, remedy);
            }
            let request = self.request(request, known, &at.then(&index));
            requests.extend(request.map(|request| Request { timeout: within, ..request }));
        }
        let rules = self.rules(&entry.replies, known, &path.then("replies"));
        Steps { translation: None, requests, within, rules }
    }

    fn request(&mut self, entry: &RequestEntry, known: &Names, path: &Path) -> Option<Request> {
        let line = self.request_line(&entry.request, known, &path.then("request"));
        let mut headers = Vec::new();
        for (name, text) in &entry.headers {
            let at = path.then("headers");
            let value = self.template(text, known, &at.then(name));
            headers.extend(self.header_name(name, &at.key(name)).zip(value));
        }
        let payload = self.payload(entry, known, path);
        let mut captures = Vec::new();
        for (name, source) in &entry.capture {
            let at = path.then("capture");
            self.capture_name(name, &at.key(name));
            captures.extend(
                self.source(source, known, &at.then(name)).map(|field| (name.clone(), field)),
            );
        }
        let when = entry.when.as_ref().map(|when| self.when(when, &path.then("when")));
        let (method, target) = line?;
        let redirects = if entry.follow { Redirects::Followed } else { Redirects::Kept };
        Some(Request {
            method,
            path: target,
            when,
            headers,
            payload,
            redirects,
            captures,
            timeout: None,
        })
    }

    pub(super) fn request_line(
        &mut self,
        text: &str,
        known: &Names,
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

    pub(in crate::adapters) fn capture_name(&mut self, name: &str, path: &Path) {
        if !is_name(name) {
            let what = format!("`{name}` cannot name a variable");
            self.wrong::<()>(path, what, "use letters, digits and _, and no digit first");
        } else if words::is_given(name) {
            let what = format!("${name} already is a variable of an operation");
            self.wrong::<()>(path, what, "give it another name");
        }
    }

    fn payload(&mut self, entry: &RequestEntry, known: &Names, path: &Path) -> Payload {
        match (&entry.json, &entry.form, &entry.xml) {
            (None, None, None) => Payload::Nothing,
            (Some(json), None, None) => Payload::Json(self.body(json, known, &path.then("json"))),
            (None, None, Some(text)) => {
                let template = self.template(text, known, &path.then("xml"));
                template.map_or(Payload::Nothing, Payload::Xml)
            }
            (None, Some(form), None) => {
                let at = path.then("form");
                let fields = form.iter().filter_map(|(name, text)| {
                    let template = self.template(text, known, &at.then(name))?;
                    Some((name.clone(), template))
                });
                Payload::Form(fields.collect())
            }
            (json, form, _) => {
                let second = if json.is_some() && form.is_some() { "form" } else { "xml" };
                let what = "a request has one body: JSON, a form or XML";
                self.wrong::<()>(&path.key(second), what, "keep one of `json`, `form` and `xml`");
                Payload::Nothing
            }
        }
    }

    fn body(&mut self, json: &Value, known: &Names, path: &Path) -> Body {
        match json {
            Value::String(text) => match self.template(text, known, path) {
                Some(template) => Body::Text(template),
                None => Body::Fixed(Value::Null),
            },
            Value::Array(items) => {
                let items = items.iter().enumerate();
                Body::List(
                    items.map(|(at, item)| self.body(item, known, &path.then(&at))).collect(),
                )
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

    pub(in crate::adapters) fn template(
        &mut self,
        text: &str,
        known: &Names,
        path: &Path,
    ) -> Option<Template> {
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

    pub(super) fn variable(&mut self, name: &str, known: &Names, path: &Path) -> Option<()> {
        if known.contains(name) {
            return Some(());
        }
        let remedy = words::nearest(name, known.iter().map(String::as_str)).map_or_else(
            || format!("known here: {}", words::listed(known.iter().map(String::as_str))),
            |near| format!("did you mean ${near}?"),
        );
        self.wrong(path, format!("nothing sets ${name}"), remedy)
    }
}
