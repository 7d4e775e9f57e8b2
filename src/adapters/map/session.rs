//! One browser session with a subject: its cookies, what it has captured, and its requests.

use super::capture::{Field, Page};
use super::classify::When;
use super::cookies::Jar;
use super::drawing;
use super::template::{Absent, Body, Template, Variables, as_text, percent_encoded};
use super::trace::{Seen, Trace};
use super::xml;
use crate::adapters::network::{Trust, client, read_bounded};
use crate::domain::{Clock, Moment, Picture, VirtualClock};
use crate::subject::AskError;
use data_encoding::BASE64;
use reqwest::cookie::CookieStore;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use url::Url;

/// A page with a QR code as data URI has some 10 KiB; a megabyte is no page of a portal.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// As many redirects as a login page may plausibly take; browsers stop at 20.
const MAX_REDIRECTS: usize = 10;

/// How long a connection may rest and be used again, over TLS. Servers close resting connections,
/// the fastest after two seconds, and what is sent over one just then is lost by nobody's fault.
const RESTING: Duration = Duration::from_secs(1);

/// Where all requests of a map go, and how long they may take.
#[derive(Debug, Clone)]
pub(in crate::adapters) struct Target {
    pub(in crate::adapters) base: Url,
    pub(in crate::adapters) timeout: Duration,
    /// Where they come from; none if from anywhere.
    pub(in crate::adapters) from: Option<Ipv4Addr>,
}

/// One request of an operation.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    /// Begins with `/`.
    pub(super) path: Template,
    /// Whether to send it, judged by the answer before.
    pub(super) when: Option<When>,
    pub(super) headers: Vec<(HeaderName, Template)>,
    pub(super) payload: Payload,
    pub(super) redirects: Redirects,
    pub(super) captures: Vec<(String, Field)>,
    /// How long its answer may take, if not as long as others.
    pub(super) timeout: Option<Duration>,
}

/// What a request carries.
#[derive(Debug, Clone)]
pub(super) enum Payload {
    Nothing,
    Json(Body),
    Form(Vec<(String, Template)>),
    Xml(Template),
}

/// What happens when the server sends the browser elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Redirects {
    /// The redirect is the answer.
    Kept,
    /// Followed as long as it stays with the same server.
    Followed,
}

impl Request {
    /// Whether it names only variables that `is_known`.
    pub(super) fn names_only(&self, is_known: impl Fn(&str) -> bool) -> bool {
        let mut texts = self.headers.iter().map(|(_, template)| template).chain([&self.path]);
        let fills = |template: &Template| template.variables().all(&is_known);
        texts.all(fills)
            && match &self.payload {
                Payload::Nothing => true,
                Payload::Xml(template) => fills(template),
                Payload::Json(body) => body.names_only(&is_known),
                Payload::Form(fields) => fields.iter().all(|(_, template)| fills(template)),
            }
    }

    /// Whether a list of `count` in the variable `name` arrives as a list: whole in a JSON body, or
    /// as a form's field that comes more than once. Within a text it would be another text.
    pub(super) fn carries_list(&self, name: &str, count: usize) -> bool {
        let mut texts = self.headers.iter().map(|(_, template)| template).chain([&self.path]);
        if texts.any(|template| template.names(name)) {
            return false;
        }
        match &self.payload {
            Payload::Nothing => true,
            Payload::Xml(template) => !template.names(name),
            Payload::Json(body) => body.takes_whole(name),
            Payload::Form(fields) => fields
                .iter()
                .all(|(_, template)| !template.names(name) || template.is_only(name) && count > 1),
        }
    }
}

/// A browser session.
pub(in crate::adapters) struct Session {
    target: Target,
    jar: Arc<Jar>,
    keeping: OnceLock<Client>,
    following: OnceLock<Client>,
    kept: Mutex<Variables>,
    trace: Option<Arc<Trace>>,
}

impl Session {
    /// A session that asks once or twice: no time passes in it.
    pub(super) fn passing(target: Target) -> Self {
        Self::new(target, Arc::new(VirtualClock::starting_at(Moment::EPOCH)), None)
    }

    /// A session whose cookies end by `clock`.
    pub(super) fn new(target: Target, clock: Arc<dyn Clock>, trace: Option<Arc<Trace>>) -> Self {
        let jar = Arc::new(Jar::new(clock));
        Self {
            target,
            jar,
            keeping: OnceLock::new(),
            following: OnceLock::new(),
            kept: Mutex::default(),
            trace,
        }
    }

    /// The client that treats redirects so; it is made when it is first needed, as most sessions
    /// need one of the two or none.
    fn client(&self, redirects: Redirects) -> Result<&Client, AskError> {
        let (place, policy) = match redirects {
            Redirects::Kept => (&self.keeping, Policy::none()),
            Redirects::Followed => (&self.following, same_server(self.target.base.clone())),
        };
        if let Some(client) = place.get() {
            return Ok(client);
        }
        // Without TLS a new connection costs little, and none rests: some servers close them by a
        // clock that scenarios move, and some without a word.
        let (trust, resting) = match self.target.base.scheme() {
            "https" => (Trust::Machine, usize::MAX),
            _ => (Trust::Nobody, 0),
        };
        let client = client(trust)
            .cookie_provider(Arc::clone(&self.jar))
            .timeout(self.target.timeout)
            .local_address(self.target.from.map(IpAddr::V4))
            .pool_max_idle_per_host(resting)
            .pool_idle_timeout(RESTING)
            .redirect(policy)
            .build()
            .map_err(|error| AskError::Unreachable(with_causes(&error)))?;
        Ok(place.get_or_init(|| client))
    }

    /// What the session has captured so far.
    pub(in crate::adapters) fn kept(&self) -> MutexGuard<'_, Variables> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over cookies, each as `name=value`: another program speaks for the same person.
    pub(in crate::adapters) fn take_cookies(&self, cookies: &[String]) {
        for cookie in cookies {
            self.jar.keep(cookie, &self.target.base);
        }
    }

    /// Sends `request` and reads its answer whole.
    pub(super) async fn send(
        &self,
        request: &Request,
        variables: &Variables,
    ) -> Result<Page, AskError> {
        let patience = request.timeout.unwrap_or(self.target.timeout);
        let (client, builder, path) = self.dressed(request, variables)?;
        let builder = builder.timeout(patience);
        self.read(client, builder, format!("{} {path}", request.method), patience).await
    }

    /// `request` as it would be sent, without cookies.
    pub(super) fn written(
        &self,
        request: &Request,
        variables: &Variables,
    ) -> Result<reqwest::Request, AskError> {
        let (_, builder, _) = self.dressed(request, variables)?;
        builder.build().map_err(|error| failure(&error, self.target.timeout))
    }

    fn dressed(
        &self,
        request: &Request,
        variables: &Variables,
    ) -> Result<(&Client, RequestBuilder, String), AskError> {
        let path = request.path.fill(variables, percent_encoded).map_err(|a| unmapped(&a))?;
        let base = self.target.base.as_str().trim_end_matches('/');
        let url = Url::parse(&format!("{base}{path}"))
            .map_err(|error| AskError::Unmapped(format!("{path} makes no URL: {error}")))?;
        let client = self.client(request.redirects)?;
        let builder = client.request(request.method.clone(), url);
        Ok((client, dressed(builder, request, variables)?, path))
    }

    async fn read(
        &self,
        client: &Client,
        builder: RequestBuilder,
        asked: String,
        patience: Duration,
    ) -> Result<Page, AskError> {
        let request = builder.build().map_err(|error| failure(&error, patience))?;
        if let Some(trace) = &self.trace {
            trace.note(sent(&request, self.jar.cookies(request.url()).as_ref()));
        }
        let mut response =
            client.execute(request).await.map_err(|error| failure(&error, patience))?;
        let bytes = read_bounded(&mut response, MAX_BODY_BYTES)
            .await
            .map_err(|error| failure(&error, patience))?
            .ok_or_else(|| {
                AskError::Unclear(format!("{asked} answered more than {MAX_BODY_BYTES} bytes"))
            })?;
        let page = Page {
            asked,
            url: response.url().clone(),
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
            json: serde_json::from_slice(&bytes).ok(),
            seen: None,
            bytes,
        };
        if let Some(trace) = &self.trace {
            trace.note(came(&page));
        }
        Ok(page)
    }

    /// The picture that `value` is, or that stands where it points to.
    pub(in crate::adapters) async fn picture(
        &self,
        value: &Value,
        page: &Page,
    ) -> Result<Picture, AskError> {
        let text = as_text(value);
        let text = text.trim();
        let unclear =
            |why: String| AskError::Unclear(format!("the QR code of {}: {why}", page.asked));
        if text.starts_with("data:") {
            return Picture::from_data_uri(text).map_err(|error| unclear(error.to_string()));
        }
        if text.starts_with('<') {
            return Picture::from_bytes(text.as_bytes().to_vec())
                .map_err(|error| unclear(error.to_string()));
        }
        if drawing::is_key_uri(text) {
            return drawing::drawn(text).map_err(unclear);
        }
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if let Some(picture) =
            BASE64.decode(compact.as_bytes()).ok().and_then(|bytes| Picture::from_bytes(bytes).ok())
        {
            return Ok(picture);
        }
        let url = page.url.join(text).map_err(|error| unclear(error.to_string()))?;
        if url.origin() != self.target.base.origin() {
            return Err(unclear(format!(
                "it is at another server, {}",
                url.origin().ascii_serialization()
            )));
        }
        let asked = format!("GET {}", url.path());
        let client = self.client(Redirects::Followed)?;
        let fetched = self.read(client, client.get(url), asked, self.target.timeout).await?;
        Picture::from_bytes(fetched.bytes).map_err(|error| unclear(error.to_string()))
    }
}

fn failure(error: &reqwest::Error, patience: Duration) -> AskError {
    if error.is_timeout() {
        return AskError::TimedOut(patience);
    }
    AskError::Unreachable(with_causes(error))
}

/// A request for the eyes of a person.
fn sent(request: &reqwest::Request, cookies: Option<&HeaderValue>) -> Seen {
    let mut headers = shown(request.headers());
    headers.extend(cookies.map(|value| ("cookie".to_owned(), lossy(value.as_bytes()))));
    Seen::Sent {
        request: format!("{} {}", request.method(), request.url()),
        headers,
        body: request.body().and_then(reqwest::Body::as_bytes).map(lossy),
    }
}

fn came(page: &Page) -> Seen {
    Seen::Came { status: page.status, headers: shown(&page.headers), body: page.text.clone() }
}

fn shown(headers: &HeaderMap) -> Vec<(String, String)> {
    let all = headers.iter();
    all.map(|(name, value)| (name.to_string(), lossy(value.as_bytes()))).collect()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn dressed(
    mut builder: RequestBuilder,
    request: &Request,
    variables: &Variables,
) -> Result<RequestBuilder, AskError> {
    for (name, template) in &request.headers {
        // Without its variable the whole header says nothing: `Bearer ` of nobody.
        if let Ok(Some(text)) = template.fill_optional(variables) {
            let value = HeaderValue::from_str(&text).map_err(|_| {
                AskError::Unmapped(format!("the header {name} cannot hold its value"))
            })?;
            builder = builder.header(name, value);
        }
    }
    Ok(match &request.payload {
        Payload::Nothing => builder,
        Payload::Json(body) => {
            builder.json(&body.fill(variables).map_err(|a| unmapped(&a))?.unwrap_or(Value::Null))
        }
        Payload::Xml(template) => {
            let text = template.fill(variables, xml::escaped).map_err(|a| unmapped(&a))?;
            let named = request.headers.iter().any(|(name, _)| name == CONTENT_TYPE);
            let builder =
                if named { builder } else { builder.header(CONTENT_TYPE, "application/xml") };
            builder.body(text)
        }
        Payload::Form(fields) => {
            let mut form = Vec::with_capacity(fields.len());
            for (name, template) in fields {
                let all = template.fill_each(variables).map_err(|a| unmapped(&a))?;
                form.extend(all.into_iter().map(|text| (name, text)));
            }
            builder.form(&form)
        }
    })
}

fn same_server(base: Url) -> Policy {
    Policy::custom(move |attempt| {
        if attempt.previous().len() > MAX_REDIRECTS {
            attempt.error("too many redirects")
        } else if attempt.url().origin() == base.origin() {
            attempt.follow()
        } else {
            attempt.stop()
        }
    })
}

fn unmapped(absent: &Absent) -> AskError {
    AskError::Unmapped(format!("it needs ${}, and nothing has set that", absent.0))
}

/// An error of the HTTP client and its causes, without the URL: that may hold secrets.
fn with_causes(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    if causes.is_empty() { "the HTTP client gave up".to_owned() } else { causes.join(": ") }
}
