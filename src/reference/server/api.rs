//! The JSON API: `POST /api/{operation}`, one path for each operation, its fields as the body.

use super::visitor::Visitor;
use super::{Site, read};
use crate::domain::operation::OperationKind;
use crate::domain::{
    Channel, Entered, Mailbox, Operation, Persona, PhoneNumber, RejectionClass, Secret, TokenKind,
};
use crate::reference::View;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new().route("/api/clock", get(clock)).route("/api/{operation}", post(ask))
}

/// The server's time, so that a harness can begin where a virtual clock stands.
async fn clock(State(site): State<Arc<Site>>) -> Json<Value> {
    Json(json!({ "now": site.reference.now() }))
}

async fn ask(
    State(site): State<Arc<Site>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    request: Request<Body>,
) -> Response {
    let Ok(kind) = serde_json::from_value::<OperationKind>(Value::String(name)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut visitor = Visitor::of(&headers, &site);
    // A form on another site can post, but not as JSON: this is the API's CSRF protection.
    let body = if is_json(&headers) { read(request.into_body()).await } else { None };
    let operation = body.and_then(|bytes| json_object(&bytes)).and_then(|body| parse(kind, body));
    let view = match operation {
        Some(operation) => visitor.ask(&operation, &site).await,
        None => View::rejected(RejectionClass::Malformed),
    };
    answer(&view, visitor.cookie(&site))
}

fn answer(view: &View, cookie: Option<String>) -> Response {
    let status = StatusCode::from_u16(view.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, [(CACHE_CONTROL, "no-store")], Json(view.body())).into_response();
    let wait = view.rejection().and_then(|rejection| rejection.retry_after);
    let wait = wait.map(|wait| wait.as_secs().to_string());
    for (name, value) in [(SET_COOKIE, cookie), (RETRY_AFTER, wait)] {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    value.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/json")
}

/// The body; an empty one stands for no fields.
fn json_object(bytes: &[u8]) -> Option<Value> {
    if bytes.is_empty() {
        return Some(json!({}));
    }
    serde_json::from_slice(bytes).ok().filter(Value::is_object)
}

#[derive(Deserialize)]
struct PersonFields {
    user: String,
    password: Secret,
    name: String,
    mobile: Option<PhoneNumber>,
    mailbox: Mailbox,
}

#[derive(Deserialize)]
struct SignInFields {
    user: String,
    password: Secret,
}

#[derive(Deserialize)]
struct ChannelField {
    channel: Channel,
}

#[derive(Deserialize)]
struct CodeField {
    code: Secret,
}

/// A list is read too, and refused by the server itself: it is there that a defect may take one.
#[derive(Deserialize)]
struct EnteredField {
    code: Entered,
}

#[derive(Deserialize)]
struct OptionalCodeField {
    code: Option<Secret>,
}

#[derive(Deserialize)]
struct TokenKindField {
    token: TokenKind,
}

#[derive(Deserialize)]
struct TokenIdField {
    token: String,
}

#[derive(Deserialize)]
struct RequestField {
    csr_pem: Option<String>,
}

#[derive(Deserialize)]
struct UserField {
    user: String,
}

#[derive(Deserialize)]
struct TwoCodesFields {
    first: Secret,
    second: Secret,
}

#[derive(Deserialize)]
struct SecondsField {
    seconds: u32,
}

/// The operation with its fields, or nothing if one is missing or of the wrong kind.
fn parse(kind: OperationKind, body: Value) -> Option<Operation> {
    Some(match kind {
        OperationKind::Provision => Operation::Provision(Box::new(person(fields(body)?))),
        OperationKind::SignIn => {
            let SignInFields { user, password } = fields(body)?;
            Operation::SignIn { user, password }
        }
        OperationKind::ChooseChannel => {
            Operation::ChooseChannel { channel: fields::<ChannelField>(body)?.channel }
        }
        OperationKind::ResendCode => Operation::ResendCode,
        OperationKind::SubmitCode => {
            Operation::SubmitCode { code: fields::<EnteredField>(body)?.code }
        }
        OperationKind::RequestPush => Operation::RequestPush,
        OperationKind::AwaitPush => Operation::AwaitPush,
        OperationKind::BeginEnrolment => {
            Operation::BeginEnrolment { token: fields::<TokenKindField>(body)?.token }
        }
        OperationKind::SubmitRegistrationCode => {
            Operation::SubmitRegistrationCode { code: fields::<CodeField>(body)?.code }
        }
        OperationKind::ConfirmEnrolment => {
            Operation::ConfirmEnrolment { code: fields::<OptionalCodeField>(body)?.code }
        }
        OperationKind::CreateCertificate => {
            Operation::CreateCertificate { csr_pem: fields::<RequestField>(body)?.csr_pem }
        }
        OperationKind::Probe => Operation::Probe,
        OperationKind::ListTokens => Operation::ListTokens,
        OperationKind::RevokeToken => {
            Operation::RevokeToken { token: fields::<TokenIdField>(body)?.token }
        }
        OperationKind::Cancel => Operation::Cancel,
        OperationKind::SignOut => Operation::SignOut,
        OperationKind::Unlock => Operation::Unlock { user: fields::<UserField>(body)?.user },
        OperationKind::Resynchronise => {
            let TwoCodesFields { first, second } = fields(body)?;
            Operation::Resynchronise { first, second }
        }
        OperationKind::ResetFactors => {
            Operation::ResetFactors { user: fields::<UserField>(body)?.user }
        }
        OperationKind::AdvanceClock => {
            let seconds = fields::<SecondsField>(body)?.seconds;
            Operation::AdvanceClock { by: Duration::from_secs(seconds.into()) }
        }
    })
}

fn fields<T: DeserializeOwned>(body: Value) -> Option<T> {
    serde_json::from_value(body).ok()
}

fn person(fields: PersonFields) -> Persona {
    let PersonFields { user, password, name, mobile, mailbox } = fields;
    Persona { label: user.clone(), user, password, name, mobile, mailbox }
}
