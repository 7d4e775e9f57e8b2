//! What the harness asks: the operations of a subject, and four that belong to the protocol itself.

use super::hello::Hello;
use crate::domain::drill::{Base32Text, Check, Glance, KeyUriText, Recipe, Scanned};
use crate::domain::{Channel, Declared, Drill, Entered, Operation, Secret, TokenKind};
use schemars::JsonSchema;
use serde::Serialize;
use std::net::Ipv4Addr;

/// A line from the harness.
#[derive(Serialize, JsonSchema)]
pub struct Request {
    /// Comes back in the answer, as it is: a text, also where it looks like a number.
    pub id: String,
    /// What is asked, and what belongs to it.
    #[serde(flatten)]
    pub call: Call,
    /// On whose behalf; absent in what concerns the whole run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// How long the harness waits for the answer, in real time.
    pub deadline_ms: u64,
}

/// On whose behalf something is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Scope {
    /// The id of the scenario.
    pub scenario: String,
    /// The browser, one of the scenario's: cookies belong to it. Operations of an administrator
    /// come from a session called `harness`.
    pub session: String,
    /// The address to connect from, if the implementation is on 127.0.0.0/8 and the system is
    /// Linux: no other browser of the run has it, so that what counts by address counts each for
    /// itself. Absent for administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Ipv4Addr>,
}

/// What is asked, with its arguments. Times are whole seconds.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "op", content = "args", rename_all = "snake_case")]
pub enum Call {
    /// The first request; it may come again.
    Hello(Hello),
    /// A scenario begins. `unsupported` is a good answer.
    OpenScenario {
        /// The run's seed.
        seed: String,
        /// Parameters that the scenario wants; an adapter is only given such as it declares.
        #[serde(skip_serializing_if = "Declared::is_empty")]
        settings: Declared,
    },
    /// A scenario is over: its sessions may be forgotten. `unsupported` is a good answer.
    CloseScenario {},
    /// The run is over: answer, and end.
    Bye {},
    /// See [`Operation::Provision`].
    Provision {
        /// The user name.
        user: String,
        /// The password.
        password: String,
        /// The name a page may greet by.
        name: String,
        /// The mobile number on file (E.164), if there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        mobile: Option<String>,
        /// The mailbox on file.
        mailbox: String,
    },
    /// See [`Operation::SignIn`].
    SignIn {
        /// The user name.
        user: String,
        /// The password as typed.
        password: String,
    },
    /// See [`Operation::ChooseChannel`].
    ChooseChannel {
        /// The channel wanted.
        channel: Channel,
    },
    /// See [`Operation::ResendCode`].
    ResendCode {},
    /// See [`Operation::SubmitCode`].
    SubmitCode {
        /// The code as typed.
        code: CodeForm,
    },
    /// See [`Operation::RequestPush`].
    RequestPush {},
    /// See [`Operation::AwaitPush`].
    AwaitPush {},
    /// See [`Operation::BeginEnrolment`].
    BeginEnrolment {
        /// Which kind of token.
        token: TokenKind,
    },
    /// See [`Operation::SubmitRegistrationCode`].
    SubmitRegistrationCode {
        /// The registration code.
        code: String,
    },
    /// See [`Operation::ConfirmEnrolment`].
    ConfirmEnrolment {
        /// A code of the token, where one is asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
    /// See [`Operation::CreateCertificate`].
    CreateCertificate {
        /// A PKCS#10 request in PEM, if the key is not to be made by the implementation.
        #[serde(skip_serializing_if = "Option::is_none")]
        csr_pem: Option<String>,
    },
    /// See [`Operation::Probe`].
    Probe {},
    /// See [`Operation::ListTokens`].
    ListTokens {},
    /// See [`Operation::RevokeToken`].
    RevokeToken {
        /// The token's id, as listed.
        token: String,
    },
    /// See [`Operation::Cancel`].
    Cancel {},
    /// See [`Operation::SignOut`].
    SignOut {},
    /// See [`Operation::Unlock`].
    Unlock {
        /// The user name.
        user: String,
    },
    /// See [`Operation::Resynchronise`].
    Resynchronise {
        /// The first code.
        first: String,
        /// The one after it.
        second: String,
    },
    /// See [`Operation::ResetFactors`].
    ResetFactors {
        /// The user name.
        user: String,
    },
    /// See [`Operation::AdvanceClock`].
    AdvanceClock {
        /// By how many seconds.
        seconds: f64,
    },
    /// See [`Drill::GenerateCode`].
    GenerateCode(Recipe),
    /// See [`Drill::CheckCode`].
    CheckCode(Check),
    /// See [`Drill::ReadKeyUri`].
    ReadKeyUri(KeyUriText),
    /// See [`Drill::DecodeBase32`].
    DecodeBase32(Base32Text),
    /// See [`Drill::AddAccount`].
    AddAccount(Scanned),
    /// See [`Drill::ShowCode`].
    ShowCode(Glance),
}

impl From<&Drill> for Call {
    fn from(drill: &Drill) -> Self {
        match drill.clone() {
            Drill::GenerateCode(recipe) => Self::GenerateCode(recipe),
            Drill::CheckCode(check) => Self::CheckCode(check),
            Drill::ReadKeyUri(uri) => Self::ReadKeyUri(uri),
            Drill::DecodeBase32(text) => Self::DecodeBase32(text),
            Drill::AddAccount(scanned) => Self::AddAccount(scanned),
            Drill::ShowCode(glance) => Self::ShowCode(glance),
        }
    }
}

/// A code as it is submitted.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub enum CodeForm {
    /// As a person types it.
    Text(String),
    /// Several at once, as an attacker may send them; an adapter whose server takes no list says
    /// `unsupported`.
    List(Vec<String>),
}

impl CodeForm {
    fn of(entered: &Entered) -> Self {
        let plain = |code: &Secret| code.reveal().to_owned();
        match entered {
            Entered::Text(code) => Self::Text(plain(code)),
            Entered::List(codes) => Self::List(codes.iter().map(plain).collect()),
        }
    }
}

impl Call {
    /// The form of `operation` on the wire. Secrets leave their wrapper here: they are about to be
    /// sent.
    #[must_use]
    pub fn of(operation: &Operation) -> Self {
        match operation {
            Operation::Provision(persona) => Self::Provision {
                user: persona.user.clone(),
                password: persona.password.reveal().to_owned(),
                name: persona.name.clone(),
                mobile: persona.mobile.as_ref().map(|number| number.as_str().to_owned()),
                mailbox: persona.mailbox.as_str().to_owned(),
            },
            Operation::SignIn { user, password } => {
                Self::SignIn { user: user.clone(), password: password.reveal().to_owned() }
            }
            Operation::ChooseChannel { channel } => Self::ChooseChannel { channel: *channel },
            Operation::ResendCode => Self::ResendCode {},
            Operation::SubmitCode { code } => Self::SubmitCode { code: CodeForm::of(code) },
            Operation::RequestPush => Self::RequestPush {},
            Operation::AwaitPush => Self::AwaitPush {},
            Operation::BeginEnrolment { token } => Self::BeginEnrolment { token: *token },
            Operation::SubmitRegistrationCode { code } => {
                Self::SubmitRegistrationCode { code: code.reveal().to_owned() }
            }
            Operation::ConfirmEnrolment { code } => {
                Self::ConfirmEnrolment { code: code.as_ref().map(|code| code.reveal().to_owned()) }
            }
            Operation::CreateCertificate { csr_pem } => {
                Self::CreateCertificate { csr_pem: csr_pem.clone() }
            }
            Operation::Probe => Self::Probe {},
            Operation::ListTokens => Self::ListTokens {},
            Operation::RevokeToken { token } => Self::RevokeToken { token: token.clone() },
            Operation::Cancel => Self::Cancel {},
            Operation::SignOut => Self::SignOut {},
            Operation::Unlock { user } => Self::Unlock { user: user.clone() },
            Operation::Resynchronise { first, second } => Self::Resynchronise {
                first: first.reveal().to_owned(),
                second: second.reveal().to_owned(),
            },
            Operation::ResetFactors { user } => Self::ResetFactors { user: user.clone() },
            Operation::AdvanceClock { by } => Self::AdvanceClock { seconds: by.as_secs_f64() },
        }
    }
}
