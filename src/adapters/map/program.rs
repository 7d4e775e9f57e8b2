//! A checked map, and how it is played against the server.

use super::capture::Page;
use super::classify::{Reading, Rule};
use super::clock::Movable;
use super::file::Sources;
use super::launch::{Launch, Launched};
use super::secrets::Secrets;
use super::session::{Request, Session, Target};
use super::template::{Variables, as_text, seconds};
use super::trace::{Seen, Trace};
use super::translation::{Told, Translation};
use super::whereabouts;
use crate::adapters::Stage;
use crate::adapters::address::Street;
use crate::domain::operation::OperationKind;
use crate::domain::reply::Form;
use crate::domain::{Answer, Clock, Entered, Operation, Reply, Secret, Soon};
use crate::subject::{About, AskError, Subject};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// As much of a page as an [`Answer`] shows.
const MAX_SHOWN_BYTES: usize = 64 * 1024;

/// Enough of an unexpected body to recognise it by.
const QUOTED_CHARACTERS: usize = 200;

/// A map file without mistakes.
#[derive(Debug)]
pub(in crate::adapters) struct Program {
    pub(in crate::adapters) about: About,
    pub(in crate::adapters) target: Target,
    /// Whether each browser session has an address of its own.
    pub(super) sources: Sources,
    pub(super) hosts: BTreeMap<String, Url>,
    /// How the server is started.
    pub(super) launch: Option<Launch>,
    /// How its clock is moved.
    pub(super) clock: Movable,
    pub(super) secrets: Secrets,
    pub(in crate::adapters) operations: BTreeMap<OperationKind, Steps>,
    /// Tried after an operation's own rules.
    pub(in crate::adapters) shared: Vec<Rule>,
}

/// What one operation sends and what its last answer means.
#[derive(Debug)]
pub(in crate::adapters) struct Steps {
    /// The server's words for what is asked for.
    pub(super) translation: Option<Translation>,
    pub(super) requests: Vec<Request>,
    /// How long all of it may take, if that is bounded.
    pub(super) within: Option<Duration>,
    pub(super) rules: Vec<Rule>,
}

/// The subject of a map for one scenario.
pub(in crate::adapters) struct Mapped {
    program: Arc<Program>,
    surroundings: Variables,
    clock: Arc<dyn Clock>,
    /// The server, if the map started it.
    launched: Option<Arc<Launched>>,
    sessions: Mutex<HashMap<String, Arc<Session>>>,
    trace: Option<Arc<Trace>>,
    /// Where the sessions come from, if each has an address of its own.
    street: Option<Street>,
}

impl Mapped {
    pub(super) fn new(
        program: Arc<Program>,
        launched: Option<Arc<Launched>>,
        stage: &Stage,
        trace: Option<Arc<Trace>>,
    ) -> Self {
        let mut surroundings = surroundings(stage, &program.target);
        surroundings.extend(program.secrets.variables());
        let clock = Arc::clone(&stage.clock);
        let street = (program.sources == Sources::Own).then(|| Street::of(stage));
        let sessions = Mutex::default();
        Self { program, surroundings, clock, launched, sessions, trace, street }
    }

    /// The variables that every request may use.
    pub(super) fn surroundings(&self) -> Variables {
        self.surroundings.clone()
    }

    pub(in crate::adapters) fn session(&self, name: &str) -> Arc<Session> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = sessions.get(name) {
            return Arc::clone(session);
        }
        let from = self.street.as_ref().and_then(|street| street.address(name));
        let target = Target { from, ..self.program.target.clone() };
        let session = Session::new(target, Arc::clone(&self.clock), self.trace.clone());
        let session = Arc::new(session);
        sessions.insert(name.to_owned(), Arc::clone(&session));
        session
    }

    /// What cannot be reached may have ended: then that is what must be said.
    pub(in crate::adapters) async fn explained(&self, error: AskError) -> AskError {
        let (AskError::Unreachable(why), Some(launched)) = (&error, &self.launched) else {
            return error;
        };
        if let Some(ended) = launched.epitaph().await {
            return AskError::Unreachable(ended);
        }
        // It may have failed at this one question, and said why.
        let said = self.program.secrets.hidden_in(launched.last_words());
        AskError::Unreachable(format!("{why}{said}"))
    }

    /// What `operation` means for a clock that the shim moves, and the answer if that is all.
    pub(in crate::adapters) fn timed(
        &self,
        operation: &Operation,
    ) -> Result<Option<Answer>, AskError> {
        let shim = self.launched.as_ref().and_then(|launched| launched.shim());
        shim.map_or(Ok(None), |shim| shim.pass(operation))
    }

    /// Asks over HTTP; the clock was moved before.
    pub(in crate::adapters) async fn ask_now(
        &self,
        session: &str,
        operation: &Operation,
    ) -> Result<Answer, AskError> {
        match self.play(session, operation).await {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.explained(error).await),
        }
    }

    async fn play(&self, session: &str, operation: &Operation) -> Result<Answer, AskError> {
        let kind = operation.kind();
        let Some(steps) = self.program.operations.get(&kind) else {
            if kind == OperationKind::SignIn {
                // Where codes are verified alone, it is known all the same whose they are.
                self.session(session).kept().extend(variables(operation));
            }
            let reply = Reply::Unsupported { feature: kind.to_string() };
            return Ok(Answer::whole(reply, String::new(), None));
        };
        if let Operation::SubmitCode { code: Entered::List(codes) } = operation
            && !steps.requests.iter().all(|request| request.carries_list("code", codes.len()))
        {
            let feature = format!("{kind} with a list");
            let reply = Reply::Unsupported { feature };
            return Ok(Answer::whole(reply, String::new(), None));
        }
        let session = self.session(session);
        let mut known = self.known(&session, operation);
        let told = match steps.translation.as_ref().map(|words| words.of(&known)).transpose() {
            Ok(told) => told.flatten(),
            Err(word) => {
                let reply = Reply::Unsupported { feature: format!("{kind} {word}") };
                return Ok(Answer::whole(reply, String::new(), None));
            }
        };
        let sending = self.exchange(&session, &steps.requests, told, &mut known);
        let page = match steps.within {
            None => sending.await,
            Some(within) => {
                timeout(within, sending).await.unwrap_or(Err(AskError::TimedOut(within)))
            }
        }?;
        let rule = self.rule(&steps.rules, &page, kind)?;
        let qr = rule.values.get("qr").and_then(|field| field.find(&page, &known));
        let heard = Heard { session: &session, rule, known: &known, kind, qr };
        self.answer(heard, page).await
    }

    /// The variables that may be used while `operation` is asked in `session`.
    pub(in crate::adapters) fn known(&self, session: &Session, operation: &Operation) -> Variables {
        let own = variables(operation);
        if operation.kind() == OperationKind::SignIn {
            session.kept().extend(own.clone());
        }
        let mut known = self.surroundings.clone();
        known.extend(session.kept().clone());
        known.extend(own);
        known
    }

    /// What `page` means by the rule that was found.
    pub(in crate::adapters) async fn answer(
        &self,
        heard: Heard<'_>,
        page: Page,
    ) -> Result<Answer, AskError> {
        let Heard { session, rule, known, kind, qr } = heard;
        let reading = Reading { rule, page: &page, variables: known, operation: kind.to_string() };
        let qr = match qr {
            Some(value) => Some(session.picture(&value, &page).await?),
            None => None,
        };
        let reply = reading.reply(qr).map_err(|why| self.unclear(&page, &why))?;
        let form = Some(form_of(&page));
        let unseen = rule.unseen();
        let shown = self.program.secrets.hidden_in(clipped(page.text));
        Ok(Answer { reply, shown, form, unseen })
    }

    /// Sends `requests` in order and gives back the last answer.
    async fn exchange(
        &self,
        session: &Session,
        requests: &[Request],
        told: Option<Told<'_>>,
        known: &mut Variables,
    ) -> Result<Page, AskError> {
        let mut last: Option<Page> = None;
        for (index, request) in requests.iter().enumerate() {
            if let (Some(when), Some(page)) = (&request.when, &last)
                && let Some(misfit) = when.misfit(page)
            {
                let why = misfit.to_string();
                self.note(|| Seen::NotSent { place: format!("requests[{index}]"), why });
                break;
            }
            // Before each: an earlier request may have captured what stands in it.
            if let Some(told) = told {
                told.put_into(known);
            }
            let page = session.send(request, known).await?;
            for (name, field) in &request.captures {
                let found = field.find(&page, known);
                keep(&mut session.kept(), name, found.as_ref());
                keep(known, name, found.as_ref());
                let value = || found.as_ref().map(as_text);
                self.note(|| Seen::Captured { name: name.clone(), value: value() });
            }
            last = Some(page);
        }
        last.ok_or_else(|| AskError::Unmapped("the operation has no request".to_owned()))
    }

    /// The first of the operation's `own` rules, and then of the shared ones, that fits.
    pub(in crate::adapters) fn rule<'a>(
        &'a self,
        own: &'a [Rule],
        page: &Page,
        kind: OperationKind,
    ) -> Result<&'a Rule, AskError> {
        let own = (0..).zip(own).map(|(at, rule)| (Some(kind), at, rule));
        let shared = (0..).zip(&self.program.shared).map(|(at, rule)| (None, at, rule));
        for (kind, at, rule) in own.chain(shared) {
            let place = || match kind {
                Some(kind) => format!("operations.{kind}.replies[{at}]"),
                None => format!("replies[{at}]"),
            };
            let Some(misfit) = rule.when.misfit(page) else {
                self.note(|| Seen::Fits { place: place(), reply: rule.reply });
                return Ok(rule);
            };
            self.note(|| Seen::PassedOver { place: place(), why: misfit.to_string() });
        }
        Err(self.unclear(page, "no rule of the map fits"))
    }

    fn note(&self, seen: impl FnOnce() -> Seen) {
        if let Some(trace) = &self.trace {
            trace.note(seen());
        }
    }

    pub(in crate::adapters) fn unclear(&self, page: &Page, why: &str) -> AskError {
        let hidden = self.program.secrets.hidden_in(page.text.clone());
        let body: String = hidden.chars().take(QUOTED_CHARACTERS).collect();
        AskError::Unclear(format!("{} answered {}: {why}: {body}", page.asked, page.status))
    }
}

/// An answer whose rule is found, with the value of `qr`, which may be a picture of the screen.
pub(in crate::adapters) struct Heard<'a> {
    pub(in crate::adapters) session: &'a Session,
    pub(in crate::adapters) rule: &'a Rule,
    pub(in crate::adapters) known: &'a Variables,
    pub(in crate::adapters) kind: OperationKind,
    pub(in crate::adapters) qr: Option<Value>,
}

/// Headers that differ between any two answers, or that say nothing about the person.
const EVERYDAY_HEADERS: [&str; 8] = [
    "age",
    "connection",
    "content-length",
    "date",
    "etag",
    "keep-alive",
    "transfer-encoding",
    "x-request-id",
];

/// The outward form of `page`.
fn form_of(page: &Page) -> Form {
    let names = page.headers.keys().map(|name| name.as_str().to_owned());
    let mut headers: Vec<String> =
        names.filter(|name| !EVERYDAY_HEADERS.contains(&name.as_str())).collect();
    headers.sort_unstable();
    headers.dedup();
    let media = || page.headers.get("content-type").and_then(|value| value.to_str().ok());
    let body = match &page.json {
        Some(value) => Form::shape(value),
        None => media().unwrap_or("no media type").to_owned(),
    };
    Form { status: page.status, headers, body }
}

impl Subject for Mapped {
    fn about(&self) -> &About {
        &self.program.about
    }

    fn ask<'a>(
        &'a self,
        session: &'a str,
        operation: &'a Operation,
    ) -> Soon<'a, Result<Answer, AskError>> {
        Box::pin(async move {
            if let Some(answer) = self.timed(operation)? {
                return Ok(answer);
            }
            self.ask_now(session, operation).await
        })
    }
}

/// A capture that finds nothing forgets what the one before found.
pub(in crate::adapters) fn keep(variables: &mut Variables, name: &str, found: Option<&Value>) {
    match found {
        Some(value) => variables.insert(name.to_owned(), value.clone()),
        None => variables.remove(name),
    };
}

fn clipped(mut text: String) -> String {
    if text.len() > MAX_SHOWN_BYTES {
        text.truncate(text.floor_char_boundary(MAX_SHOWN_BYTES));
    }
    text
}

fn surroundings(stage: &Stage, target: &Target) -> Variables {
    let mut variables = whereabouts::variables(&target.base, Some(&stage.gateways));
    variables.insert("scenario".to_owned(), Value::from(stage.scenario.as_str()));
    variables
}

fn named<const N: usize>(pairs: [(&str, Value); N]) -> Variables {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What `operation` brings along, under the names that map files use. Secrets leave their wrapper
/// here: they are about to be sent.
fn variables(operation: &Operation) -> Variables {
    match operation {
        Operation::Provision(persona) => {
            let mut variables = named([
                ("user", Value::from(persona.user.as_str())),
                ("password", Value::from(persona.password.reveal())),
                ("name", Value::from(persona.name.as_str())),
                ("mailbox", Value::from(persona.mailbox.as_str())),
            ]);
            let mobile = persona.mobile.as_ref().map(|number| Value::from(number.as_str()));
            keep(&mut variables, "mobile", mobile.as_ref());
            variables
        }
        Operation::SignIn { user, password } => named([
            ("user", Value::from(user.as_str())),
            ("password", Value::from(password.reveal())),
        ]),
        Operation::ChooseChannel { channel } => {
            named([("channel", Value::from(channel.to_string()))])
        }
        Operation::SubmitCode { code: Entered::List(codes) } => {
            let codes: Vec<&str> = codes.iter().map(Secret::reveal).collect();
            named([("code", Value::from(codes))])
        }
        Operation::SubmitCode { code: Entered::Text(code) }
        | Operation::SubmitRegistrationCode { code }
        | Operation::ConfirmEnrolment { code: Some(code) } => {
            named([("code", Value::from(code.reveal()))])
        }
        Operation::BeginEnrolment { token } => named([("token", Value::from(token.to_string()))]),
        Operation::CreateCertificate { csr_pem: Some(csr) } => {
            named([("csr", Value::from(csr.as_str()))])
        }
        Operation::RevokeToken { token } => named([("token", Value::from(token.as_str()))]),
        Operation::Unlock { user } | Operation::ResetFactors { user } => {
            named([("user", Value::from(user.as_str()))])
        }
        Operation::Resynchronise { first, second } => named([
            ("first", Value::from(first.reveal())),
            ("second", Value::from(second.reveal())),
        ]),
        Operation::AdvanceClock { by } => named([("seconds", seconds(*by))]),
        Operation::ConfirmEnrolment { code: None }
        | Operation::CreateCertificate { csr_pem: None }
        | Operation::ResendCode
        | Operation::RequestPush
        | Operation::AwaitPush
        | Operation::Probe
        | Operation::ListTokens
        | Operation::Cancel
        | Operation::SignOut => Variables::new(),
    }
}
