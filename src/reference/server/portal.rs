//! The portal's pages: the guide screen by screen, plain forms, no script.

use super::visitor::Visitor;
use super::{Site, read};
use crate::domain::{Operation, RejectionClass, Reply, Secret};
use crate::reference::{View, pages};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use minijinja::value::Serde;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// Nothing but our own forms and pictures that stand in the page itself.
const POLICY: &str = "default-src 'none'; img-src data:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new().route("/", get(current)).route("/{form}", get(bookmarked).post(submitted))
}

/// The page that people keep as a bookmark: whoever is signed in here, somebody else may come.
async fn bookmarked(
    State(site): State<Arc<Site>>,
    Path(form): Path<String>,
    headers: HeaderMap,
) -> Response {
    if form != "sign-in" {
        return StatusCode::NOT_FOUND.into_response();
    }
    let visitor = Visitor::of(&headers, &site);
    Screen { visitor, site: &site }.page(&View::of(Reply::SignedOut), Tone::Plain)
}

async fn current(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let visitor = Visitor::of(&headers, &site);
    let view = site.reference.screen(&visitor.session);
    Screen { visitor, site: &site }.page(&view, Tone::Plain)
}

async fn submitted(
    State(site): State<Arc<Site>>,
    Path(form): Path<String>,
    headers: HeaderMap,
    request: Request<Body>,
) -> Response {
    let mut visitor = Visitor::of(&headers, &site);
    let body = read(request.into_body()).await.unwrap_or_default();
    let fields: HashMap<String, String> = serde_urlencoded::from_bytes(&body).unwrap_or_default();
    let token = Secret::new(fields.get("csrf").cloned().unwrap_or_default());
    if token != visitor.csrf(&site) {
        return (StatusCode::FORBIDDEN, "This form is out of date. Go back and load it again.")
            .into_response();
    }
    let Some(operation) = operation(&form, fields) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let view = visitor.ask(&operation, &site).await;
    Screen { visitor, site: &site }.after(&operation, &view)
}

/// What the form at `/{form}` asks for.
fn operation(form: &str, mut fields: HashMap<String, String>) -> Option<Operation> {
    let mut field = |name: &str| fields.remove(name).unwrap_or_default();
    Some(match form {
        "sign-in" => Operation::SignIn { user: field("user"), password: field("password").into() },
        "alternative" => Operation::ChooseChannel { channel: word(field("channel"))? },
        "resend" => Operation::ResendCode,
        "code" => Operation::SubmitCode { code: Secret::new(field("code")).into() },
        "push" => Operation::RequestPush,
        "push-answer" => Operation::AwaitPush,
        "enrol" => Operation::BeginEnrolment { token: word(field("token"))? },
        "registration" => Operation::SubmitRegistrationCode { code: field("code").into() },
        "confirm" => {
            let code = Some(field("code")).filter(|code| !code.is_empty());
            Operation::ConfirmEnrolment { code: code.map(Secret::new) }
        }
        "resynchronise" => Operation::Resynchronise {
            first: field("first").into(),
            second: field("second").into(),
        },
        "certificate" => Operation::CreateCertificate { csr_pem: None },
        "cancel" => Operation::Cancel,
        "sign-out" => Operation::SignOut,
        _ => return None,
    })
}

fn word<T: serde::de::DeserializeOwned>(text: String) -> Option<T> {
    serde_json::from_value(Value::String(text)).ok()
}

/// How a page is shown.
#[derive(Clone, Copy)]
enum Tone {
    Plain,
    /// A status and what is wrong.
    Problem(u16, &'static str),
    /// The registration code was right.
    Activated,
}

struct Screen<'a> {
    visitor: Visitor,
    site: &'a Site,
}

impl Screen<'_> {
    /// What follows a form: a redirect to the present page, or that page with a remark.
    fn after(self, operation: &Operation, view: &View) -> Response {
        let present = self.site.reference.screen(&self.visitor.session);
        if let Some(rejection) = view.rejection() {
            let tone = Tone::Problem(view.status(), problem(rejection.class));
            return self.page(&present, tone);
        }
        if matches!(view.to_reply(), Reply::Certificate { .. }) {
            return self.page(view, Tone::Plain);
        }
        if matches!(operation, Operation::SubmitRegistrationCode { .. }) {
            return self.page(&present, Tone::Activated);
        }
        self.dressed(StatusCode::SEE_OTHER, &[(LOCATION, "/")], String::new())
    }

    fn page(self, view: &View, tone: Tone) -> Response {
        let mut values = view.body();
        values["csrf"] = json!(self.visitor.csrf(self.site).reveal());
        values["service"] = json!(self.site.reference.parameters().public_name);
        let mut status = StatusCode::OK;
        match tone {
            Tone::Plain => {}
            Tone::Problem(code, text) => {
                status = StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_REQUEST);
                values["problem"] = json!(text);
            }
            Tone::Activated => values["activated"] = json!(true),
        }
        let html = pages::rendered(template(&view.to_reply()), Serde(values).into());
        self.dressed(status, &[(CONTENT_TYPE, "text/html; charset=utf-8")], html)
    }

    fn dressed(
        self,
        status: StatusCode,
        headers: &[(HeaderName, &'static str)],
        body: String,
    ) -> Response {
        let mut response = (status, body).into_response();
        let fixed = [
            (CACHE_CONTROL, "no-store"),
            (CONTENT_SECURITY_POLICY, POLICY),
            (REFERRER_POLICY, "no-referrer"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        for (name, value) in fixed.iter().chain(headers) {
            response.headers_mut().insert(name.clone(), HeaderValue::from_static(value));
        }
        let cookie = self.visitor.cookie(self.site);
        if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
            response.headers_mut().insert(SET_COOKIE, cookie);
        }
        response
    }
}

fn template(reply: &Reply) -> &'static str {
    match reply {
        Reply::CodeRequired { .. } => "code.html",
        Reply::EnrolmentRequired { .. } => "set_up.html",
        Reply::Activation(activation)
            if activation.link.is_some() || activation.key_file.is_some() =>
        {
            "activation_authenticator.html"
        }
        Reply::Activation(activation) if activation.qr.is_some() => "activation_mobile.html",
        Reply::Activation(_) | Reply::RegistrationCodeRequired => "activation_desktop.html",
        Reply::Enrolled => "congratulations.html",
        Reply::TokenRequired { .. } => "token.html",
        Reply::PushSent { .. } => "push.html",
        Reply::SignedIn { .. } => "home.html",
        Reply::Certificate { .. } => "certificate.html",
        Reply::Done
        | Reply::Tokens(_)
        | Reply::SignedOut
        | Reply::Rejected(_)
        | Reply::Unsupported { .. } => "sign_in.html",
    }
}

/// What a person is told, which is no more than they need in order to go on.
fn problem(class: RejectionClass) -> &'static str {
    match class {
        RejectionClass::Denied => "The user name or the password is wrong.",
        RejectionClass::CodeInvalid => "This code is not right.",
        RejectionClass::CodeExpired => "This code is too old. Ask for another one.",
        RejectionClass::CodeSpent => "This code was used before. Wait for the next one.",
        RejectionClass::CodeSuperseded => "A newer code was sent. Use that one.",
        RejectionClass::Locked => "The account is locked. Ask the people who run the service.",
        RejectionClass::RateLimited => "No more messages can be sent for this sign-in.",
        RejectionClass::EnrolmentExpired => "The time is over. Cancel, and begin again.",
        RejectionClass::EnrolmentConflict => {
            "Your token is not activated yet, or another set-up has taken its place."
        }
        RejectionClass::WrongStep => "This is not possible at this point.",
        RejectionClass::Malformed => "There is a slip in what you typed.",
        RejectionClass::PushRefused => "The sign-in was refused at the app.",
        RejectionClass::PushExpired => "The notification was not answered in time.",
        RejectionClass::ChannelUnavailable => "No message can be sent to you this way.",
    }
}
