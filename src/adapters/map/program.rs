//! A checked map, and how it is played against the server.

use super::capture::Page;
use super::classify::{Reading, Rule};
use super::clock::Movable;
use super::launch::{Launch, Launched};
use super::session::{Request, Session, Target};
use super::template::{Variables, seconds};
use super::translation::{Told, Translation};
use crate::adapters::Stage;
use crate::domain::operation::OperationKind;
use crate::domain::reply::Form;
use crate::domain::{Answer, Entered, Operation, Reply, Secret, Soon};
use crate::subject::{About, AskError, Subject};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// As much of a page as an [`Answer`] shows.
const MAX_SHOWN_BYTES: usize = 64 * 1024;

/// Enough of an unexpected body to recognise it by.
const QUOTED_CHARACTERS: usize = 200;

/// A map file without mistakes.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) about: About,
    pub(super) target: Target,
    pub(super) hosts: BTreeMap<String, Url>,
    /// How the server is started.
    pub(super) launch: Option<Launch>,
    /// How its clock is moved.
    pub(super) clock: Movable,
    pub(super) operations: BTreeMap<OperationKind, Steps>,
    /// Tried after an operation's own rules.
    pub(super) shared: Vec<Rule>,
}

/// What one operation sends and what its last answer means.
#[derive(Debug)]
pub(super) struct Steps {
    /// The server's words for what is asked for.
    pub(super) translation: Option<Translation>,
    pub(super) requests: Vec<Request>,
    pub(super) rules: Vec<Rule>,
}

/// The subject of a map for one scenario.
pub(super) struct Mapped {
    program: Arc<Program>,
    surroundings: Variables,
    /// The server, if the map started it.
    launched: Option<Arc<Launched>>,
    sessions: Mutex<HashMap<String, Arc<Session>>>,
}

impl Mapped {
    pub(super) fn new(
        program: Arc<Program>,
        launched: Option<Arc<Launched>>,
        stage: &Stage,
    ) -> Self {
        let surroundings = surroundings(stage, &program.target);
        Self { program, surroundings, launched, sessions: Mutex::default() }
    }

    fn session(&self, name: &str) -> Result<Arc<Session>, AskError> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = sessions.get(name) {
            return Ok(Arc::clone(session));
        }
        let session = Arc::new(Session::new(self.program.target.clone())?);
        sessions.insert(name.to_owned(), Arc::clone(&session));
        Ok(session)
    }

    /// What cannot be reached may have ended: then that is what must be said.
    fn explained(&self, error: AskError) -> AskError {
        let ended = self.launched.as_ref().and_then(|launched| launched.epitaph());
        match (error, ended) {
            (AskError::Unreachable(_), Some(ended)) => AskError::Unreachable(ended),
            (error, _) => error,
        }
    }

    /// What `operation` means for a clock that the shim moves, and the answer if that is all.
    fn timed(&self, operation: &Operation) -> Result<Option<Answer>, AskError> {
        let Some(shim) = self.launched.as_ref().and_then(|launched| launched.shim()) else {
            return Ok(None);
        };
        let failed = |error| AskError::Adapter(format!("the clock cannot be moved: {error}"));
        if let Operation::AdvanceClock { by } = operation {
            shim.advance(*by).map_err(failed)?;
            return Ok(Some(Answer::whole(Reply::Done, String::new(), None)));
        }
        shim.tick().map_err(failed)?;
        Ok(None)
    }

    async fn play(&self, session: &str, operation: &Operation) -> Result<Answer, AskError> {
        let kind = operation.kind();
        let Some(steps) = self.program.operations.get(&kind) else {
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
        let session = self.session(session)?;
        let own = variables(operation);
        if kind == OperationKind::SignIn {
            session.kept().extend(own.clone());
        }
        let mut known = self.surroundings.clone();
        known.extend(session.kept().clone());
        known.extend(own);
        let told = match steps.translation.as_ref().map(|words| words.of(&known)).transpose() {
            Ok(told) => told.flatten(),
            Err(word) => {
                let reply = Reply::Unsupported { feature: format!("{kind} {word}") };
                return Ok(Answer::whole(reply, String::new(), None));
            }
        };
        let page = exchange(&session, &steps.requests, told, &mut known).await?;
        let rules = steps.rules.iter().chain(&self.program.shared);
        let rule = rules.into_iter().find(|rule| rule.when.fits(&page));
        let rule = rule.ok_or_else(|| unclear(&page, "no rule of the map fits"))?;
        let reading = Reading { rule, page: &page, variables: &known, operation: kind.to_string() };
        let qr = match reading.value("qr") {
            Some(value) => Some(session.picture(&value, &page).await?),
            None => None,
        };
        let reply = reading.reply(qr).map_err(|why| unclear(&page, &why))?;
        let form = Some(form_of(&page));
        let unseen = rule.unseen();
        Ok(Answer { reply, shown: clipped(page.text), form, unseen })
    }
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
            let answered = match self.timed(operation) {
                Ok(None) => self.play(session, operation).await,
                Ok(Some(answer)) => Ok(answer),
                Err(error) => Err(error),
            };
            answered.map_err(|error| self.explained(error))
        })
    }
}

/// Sends `requests` in order and gives back the last answer.
async fn exchange(
    session: &Session,
    requests: &[Request],
    told: Option<Told<'_>>,
    known: &mut Variables,
) -> Result<Page, AskError> {
    let mut last: Option<Page> = None;
    for request in requests {
        if let (Some(when), Some(page)) = (&request.when, &last)
            && !when.fits(page)
        {
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
        }
        last = Some(page);
    }
    last.ok_or_else(|| AskError::Unmapped("the operation has no request".to_owned()))
}

/// A capture that finds nothing forgets what the one before found.
fn keep(variables: &mut Variables, name: &str, found: Option<&Value>) {
    match found {
        Some(value) => variables.insert(name.to_owned(), value.clone()),
        None => variables.remove(name),
    };
}

fn unclear(page: &Page, why: &str) -> AskError {
    let body: String = page.text.chars().take(QUOTED_CHARACTERS).collect();
    AskError::Unclear(format!("{} answered {}: {why}: {body}", page.asked, page.status))
}

fn clipped(mut text: String) -> String {
    if text.len() > MAX_SHOWN_BYTES {
        text.truncate(text.floor_char_boundary(MAX_SHOWN_BYTES));
    }
    text
}

fn surroundings(stage: &Stage, target: &Target) -> Variables {
    let gateways = &stage.gateways;
    named([
        ("base", Value::from(target.base.as_str().trim_end_matches('/'))),
        ("scenario", Value::from(stage.scenario.as_str())),
        ("sms_url", Value::from(gateways.sms_url.as_str())),
        ("sms_account", Value::from(gateways.sms_account.as_str())),
        ("sms_token", Value::from(gateways.sms_token.reveal())),
        ("smtp_host", Value::from(gateways.smtp.ip().to_string())),
        ("smtp_port", Value::from(gateways.smtp.port())),
    ])
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
