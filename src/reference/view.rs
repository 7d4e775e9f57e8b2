//! What the server answers: one meaning, from which status, JSON body and reply follow.

use crate::domain::{Activation, Rejection, RejectionClass, Reply, Secret};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// An answer of the server, before it is dressed as JSON or as a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    reply: Reply,
    /// The state, where the reply has no word of its own for it.
    state: Option<&'static str>,
    /// A code that the answer carries and should not: only a defect fills this in.
    leaked: Option<Secret>,
    /// Another status, or a word more, than refusals of this kind have: only defects.
    status: Option<u16>,
    hint: Option<&'static str>,
}

impl View {
    pub(super) fn of(reply: Reply) -> Self {
        Self { reply, state: None, leaked: None, status: None, hint: None }
    }

    pub(super) fn rejected(class: RejectionClass) -> Self {
        Self::of(Reply::rejected(class))
    }

    pub(super) fn rejected_until(class: RejectionClass, retry_after: Option<Duration>) -> Self {
        Self::of(Reply::Rejected(Rejection { class, retry_after }))
    }

    /// The token is active and waits for the OK button.
    pub(super) fn activated() -> Self {
        Self { state: Some("activated"), ..Self::of(Reply::Done) }
    }

    pub(super) fn with_status(self, status: u16) -> Self {
        Self { status: Some(status), ..self }
    }

    pub(super) fn with_hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// The same without any reason, if it is a refusal.
    pub(super) fn generic(self) -> Self {
        if self.rejection().is_some() { Self::rejected(RejectionClass::Denied) } else { self }
    }

    pub(super) fn with_leaked(self, code: Option<Secret>) -> Self {
        Self { leaked: code, ..self }
    }

    /// What it means.
    #[must_use]
    pub fn to_reply(&self) -> Reply {
        self.reply.clone()
    }

    /// Why it is a refusal, if it is one.
    #[must_use]
    pub fn rejection(&self) -> Option<&Rejection> {
        match &self.reply {
            Reply::Rejected(rejection) => Some(rejection),
            Reply::Done
            | Reply::CodeRequired { .. }
            | Reply::EnrolmentRequired { .. }
            | Reply::Activation(_)
            | Reply::RegistrationCodeRequired
            | Reply::Enrolled
            | Reply::TokenRequired { .. }
            | Reply::PushSent { .. }
            | Reply::SignedIn { .. }
            | Reply::Certificate { .. }
            | Reply::Tokens(_)
            | Reply::SignedOut
            | Reply::Unsupported { .. } => None,
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        use RejectionClass as Class;
        if let Some(status) = self.status {
            return status;
        }
        let Some(rejection) = self.rejection() else {
            return if matches!(self.reply, Reply::Unsupported { .. }) { 501 } else { 200 };
        };
        match rejection.class {
            Class::Malformed => 400,
            Class::Denied
            | Class::CodeInvalid
            | Class::CodeExpired
            | Class::CodeSpent
            | Class::CodeSuperseded
            | Class::PushRefused => 401,
            Class::WrongStep => 403,
            Class::EnrolmentConflict | Class::ChannelUnavailable => 409,
            Class::EnrolmentExpired | Class::PushExpired => 410,
            Class::Locked => 423,
            Class::RateLimited => 429,
        }
    }

    /// The JSON body: `state` with what belongs to it, or `error`.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = Map::new();
        match &self.reply {
            Reply::Rejected(rejection) => {
                body.insert("error".to_owned(), json!(rejection.class));
                insert(&mut body, "retry_after", rejection.retry_after.map(|wait| wait.as_secs()));
            }
            Reply::Unsupported { feature } => {
                body.insert("error".to_owned(), json!("unsupported"));
                body.insert("feature".to_owned(), json!(feature));
            }
            Reply::Done
            | Reply::CodeRequired { .. }
            | Reply::EnrolmentRequired { .. }
            | Reply::Activation(_)
            | Reply::RegistrationCodeRequired
            | Reply::Enrolled
            | Reply::TokenRequired { .. }
            | Reply::PushSent { .. }
            | Reply::SignedIn { .. }
            | Reply::Certificate { .. }
            | Reply::Tokens(_)
            | Reply::SignedOut => {
                let state = self.state.map_or_else(|| self.reply.kind().to_string(), str::to_owned);
                body.insert("state".to_owned(), json!(state));
                details(&self.reply, &mut body);
            }
        }
        insert(&mut body, "hint", self.hint);
        insert(&mut body, "code", self.leaked.as_ref().map(Secret::reveal));
        Value::Object(body)
    }
}

impl Serialize for View {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.body().serialize(serializer)
    }
}

fn details(reply: &Reply, body: &mut Map<String, Value>) {
    match reply {
        Reply::CodeRequired { channel, destination, alternatives } => {
            insert(body, "channel", Some(channel));
            insert(body, "destination", destination.as_ref());
            insert(body, "alternatives", Some(alternatives));
        }
        Reply::EnrolmentRequired { offers } => insert(body, "offers", Some(offers)),
        Reply::TokenRequired { methods, challenge } => {
            insert(body, "methods", Some(methods));
            insert(body, "challenge", challenge.as_ref());
        }
        Reply::PushSent { number } => insert(body, "number", number.as_ref()),
        Reply::SignedIn { assurance } => insert(body, "assurance", Some(assurance)),
        Reply::Certificate { pem } => insert(body, "pem", Some(pem)),
        Reply::Tokens(tokens) => insert(body, "tokens", Some(tokens)),
        Reply::Activation(activation) => material(activation, body),
        Reply::Done
        | Reply::RegistrationCodeRequired
        | Reply::Enrolled
        | Reply::SignedOut
        | Reply::Rejected(_)
        | Reply::Unsupported { .. } => {}
    }
}

fn material(activation: &Activation, body: &mut Map<String, Value>) {
    insert(body, "qr", activation.qr.as_ref().map(crate::domain::Picture::to_data_uri));
    insert(body, "link", activation.link.as_ref().map(Secret::reveal));
    insert(body, "password", activation.password.as_ref().map(Secret::reveal));
    insert(body, "address", activation.address.as_ref());
    insert(body, "serial_number", activation.serial_number.as_ref());
    insert(body, "activation_code", activation.activation_code.as_ref().map(Secret::reveal));
    insert(body, "key_file", activation.key_file.as_ref().map(Secret::reveal));
    insert(body, "challenge", activation.challenge.as_ref());
    insert(body, "expires_in", activation.expires_in.map(|time| time.as_secs()));
}

fn insert(body: &mut Map<String, Value>, name: &str, value: Option<impl Serialize>) {
    if let Some(value) = value {
        body.insert(name.to_owned(), json!(value));
    }
}
