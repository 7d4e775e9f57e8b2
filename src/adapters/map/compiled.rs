//! A map's sign-in and submission compiled to bytes, where one request each is all there is to them.

use super::MapHost;
use super::capture::{Field, Origin, Page};
use super::classify::{Reading, Rule};
use super::file::Sources;
use super::program::{Mapped, Program, Steps};
use super::session::{Payload, Redirects, Request, Session};
use super::template::{Variables, percent_encoded};
use super::xml;
use crate::adapters::Stage;
use crate::adapters::address::{HOUSES, Street};
use crate::adapters::wire::{Answer, Compiled, Encoding, Judge, Piece, Script, Slot};
use crate::domain::Reply;
use crate::domain::operation::OperationKind;
use crate::subject::AskError;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// What stands for each slot while a request is written: every encoding leaves it as it is, and it
/// stands nowhere else.
const MARKS: [(Slot, &str, &str); 3] = [
    (Slot::User, "user", "Fobwatch0slot0user0d41d8cd98f0"),
    (Slot::Password, "password", "Fobwatch0slot0pass0b204e980099"),
    (Slot::Code, "code", "Fobwatch0slot0code0ecf8427e"),
];

impl MapHost {
    /// What a visit sends: the sign-in, if the map has one, and the submission of a code.
    ///
    /// # Errors
    /// Why this map must be asked the general way.
    pub(super) fn compiled(&self, stage: &Stage) -> Result<Script, String> {
        let (program, target) = (&self.program, &self.program.target);
        if target.base.scheme() != "http" {
            return Err("it speaks TLS".to_owned());
        }
        let wanted = [OperationKind::SignIn, OperationKind::SubmitCode];
        let kinds: Vec<OperationKind> =
            wanted.into_iter().filter(|kind| program.operations.contains_key(kind)).collect();
        if !kinds.contains(&OperationKind::SubmitCode) {
            return Err("the map has no `submit_code`".to_owned());
        }
        let mapped = self.mapped(stage, None);
        let known = mapped.surroundings();
        let mut requests = Vec::with_capacity(kinds.len());
        for kind in &kinds {
            let only = only_request(*kind, &program.operations[kind], &known)?;
            requests.push(compiled(*kind, only, target, &known)?);
        }
        let timeout = kinds.iter().filter_map(|kind| program.operations[kind].patience()).min();
        let host = target.base.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let port = target.base.port_or_known_default().unwrap_or_default();
        let base = target.base.clone();
        let judge = MapJudge { mapped, program: Arc::clone(program), kinds, known, base };
        let timeout = timeout.unwrap_or(target.timeout);
        let script = Script::new((host, port), timeout, requests, Box::new(judge));
        Ok(if program.sources == Sources::Own { script.from(houses(stage)) } else { script })
    }
}

/// Where connections come from, if each has an address of its own.
fn houses(stage: &Stage) -> Vec<Ipv4Addr> {
    let street = Street::of(stage);
    (0..HOUSES).filter_map(|house| street.address(&format!("wire-{house}"))).collect()
}

impl Steps {
    /// How long its only answer may take, if the map says.
    fn patience(&self) -> Option<Duration> {
        let own = self.requests.first().and_then(|request| request.timeout);
        [self.within, own].into_iter().flatten().min()
    }
}

/// The one request of an operation, if it needs nothing that an answer gives.
fn only_request<'a>(
    kind: OperationKind,
    steps: &'a Steps,
    known: &Variables,
) -> Result<&'a Request, String> {
    let [request] = steps.requests.as_slice() else {
        return Err(format!("`{kind}` is more than one request"));
    };
    if steps.translation.is_some() {
        return Err(format!("`{kind}` has words of its own"));
    }
    if !request.captures.is_empty() {
        return Err(format!("`{kind}` captures a value from its answer"));
    }
    if request.redirects == Redirects::Followed {
        return Err(format!("`{kind}` follows redirects"));
    }
    let is_slot = |name: &str| {
        let is_there = kind == OperationKind::SubmitCode || name != "code";
        is_there && MARKS.iter().any(|(_, slot, _)| *slot == name)
    };
    if !request.names_only(|name| is_slot(name) || known.contains_key(name)) {
        return Err(format!("`{kind}` needs a value that an earlier answer gives"));
    }
    Ok(request)
}

fn compiled(
    kind: OperationKind,
    request: &Request,
    target: &super::session::Target,
    known: &Variables,
) -> Result<Compiled, String> {
    let mut variables = known.clone();
    for (_, name, mark) in MARKS {
        variables.insert(name.to_owned(), Value::from(mark));
    }
    let session = Session::passing(target.clone());
    let written = session.written(request, &variables).map_err(|error| error.to_string())?;
    let mut line = format!("{} {}", written.method(), written.url().path());
    if let Some(query) = written.url().query() {
        line.push('?');
        line.push_str(query);
    }
    line.push_str(" HTTP/1.1\r\n");
    let mut head = pieces(line.as_bytes(), percent_encoded);
    head.extend(pieces(headers(&written).as_bytes(), str::to_owned));
    let body = written.body().and_then(reqwest::Body::as_bytes);
    let encode: fn(&str) -> String = match request.payload {
        Payload::Nothing => str::to_owned,
        Payload::Json(_) => in_json,
        Payload::Xml(_) => xml::escaped,
        Payload::Form(_) => in_form,
    };
    // A POST without a body says so.
    let is_bodiless = written.method() == reqwest::Method::GET && body.is_none();
    let body = (!is_bodiless).then(|| pieces(body.unwrap_or_default(), encode));
    Ok(Compiled::new(kind, head, body))
}

fn headers(request: &reqwest::Request) -> String {
    let url = request.url();
    let mut authority = url.host_str().unwrap_or_default().to_owned();
    if let Some(port) = url.port() {
        authority = format!("{authority}:{port}");
    }
    let mut lines = format!("host: {authority}\r\n");
    let mut names = request.headers().clone();
    if !names.contains_key("accept") {
        names.insert("accept", HeaderValue::from_static("*/*"));
    }
    for (name, value) in &names {
        let value = String::from_utf8_lossy(value.as_bytes());
        // Writing to a string cannot fail.
        let _ = write!(lines, "{name}: {value}\r\n");
    }
    lines
}

/// A value within the quotes of a JSON text.
fn in_json(value: &str) -> String {
    let quoted = Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn in_form(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// `bytes` cut at the marks.
fn pieces(mut bytes: &[u8], encode: fn(&str) -> String) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let find = |bytes: &[u8]| {
        let found = MARKS.iter().filter_map(|(slot, _, mark)| {
            let at = bytes.windows(mark.len()).position(|window| window == mark.as_bytes())?;
            Some((at, *slot, mark.len()))
        });
        found.min_by_key(|(at, ..)| *at)
    };
    while let Some((at, slot, length)) = find(bytes) {
        if at > 0 {
            pieces.push(Piece::Text(bytes[..at].to_vec()));
        }
        pieces.push(Piece::Slot(slot, Encoding(encode)));
        bytes = &bytes[at + length..];
    }
    if !bytes.is_empty() {
        pieces.push(Piece::Text(bytes.to_vec()));
    }
    pieces
}

/// The rules of a map.
struct MapJudge {
    mapped: Mapped,
    program: Arc<Program>,
    /// The operation of each request.
    kinds: Vec<OperationKind>,
    known: Variables,
    base: Url,
}

impl Judge for MapJudge {
    fn means(&self, request: usize, answer: &Answer<'_>) -> Result<Reply, AskError> {
        let kind = self.kinds[request];
        let page = self.page(kind, answer);
        let rule = self.mapped.rule(&self.program.operations[&kind].rules, &page, kind)?;
        let operation = kind.to_string();
        let reading = Reading { rule, page: &page, variables: &self.known, operation };
        reading.reply(None).map_err(|why| self.mapped.unclear(&page, &why))
    }

    fn reads_headers(&self) -> bool {
        let own = self.kinds.iter().flat_map(|kind| &self.program.operations[kind].rules);
        own.chain(&self.program.shared).any(Rule::reads_headers)
    }
}

impl MapJudge {
    fn page(&self, kind: OperationKind, answer: &Answer<'_>) -> Page {
        let mut headers = HeaderMap::new();
        for header in answer.headers {
            let name = HeaderName::from_bytes(header.name.as_bytes());
            let value = HeaderValue::from_bytes(header.value);
            if let (Ok(name), Ok(value)) = (name, value) {
                headers.append(name, value);
            }
        }
        Page {
            asked: kind.to_string(),
            url: self.base.clone(),
            status: answer.status,
            headers,
            text: String::from_utf8_lossy(&answer.body).into_owned(),
            json: serde_json::from_slice(&answer.body).ok(),
            seen: None,
            bytes: answer.body.to_vec(),
        }
    }
}

impl Rule {
    /// Whether it depends on headers of the answer.
    fn reads_headers(&self) -> bool {
        let in_header = |field: &Field| match field {
            Field::Found(capture) => matches!(capture.from, Origin::Header(_)),
            Field::Fixed(_) | Field::Variable(_) => false,
        };
        !self.when.headers.is_empty() || self.values.values().any(in_header)
    }
}
