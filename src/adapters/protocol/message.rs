//! Every message as it is described to those who write adapters.
//!
//! Lines are not read by these types: an answer is read by the outcome that it has, so that what is
//! wrong with it can be said.

use super::answer::{Fault, Missing, Progress, Refusal};
use super::call::Request;
use super::hello::Welcome;
use super::reply::ReplyForm;
use crate::domain::Drilled;
use schemars::{JsonSchema, Schema, schema_for};

/// Any line of the protocol.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "it is only described: lines are read by what they are")]
enum Message {
    /// From the harness.
    Request(Request),
    /// From the adapter.
    Answer(AnswerForm),
}

/// The JSON Schema of every message.
#[must_use]
pub fn schema() -> Schema {
    schema_for!(Message)
}

/// A line from an adapter, as it is described to those who write one.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "it is only described: a line is read by the outcome it has")]
enum AnswerForm {
    /// It was done.
    Ok {
        /// The id of the request.
        id: String,
        /// What came of it.
        ok: OkForm,
    },
    /// The implementation said no. That is no failure.
    Reject {
        /// The id of the request.
        id: String,
        /// Why.
        reject: Refusal,
    },
    /// The implementation has no such thing.
    Unsupported {
        /// The id of the request.
        id: String,
        /// What is missing.
        unsupported: Missing,
    },
    /// The adapter could not ask, or could not understand.
    Fault {
        /// The id of the request.
        id: String,
        /// What happened.
        fault: Fault,
    },
    /// Still at work: the deadline begins anew, up to a limit.
    Progress(Progress),
}

/// What stands under `ok`.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "it is only described")]
enum OkForm {
    /// To `hello`.
    Welcome(Box<Welcome>),
    /// To an operation; it may have `native` beside its own fields.
    Reply(Box<ReplyForm>),
    /// To what a library or an app is asked.
    Drilled(Drilled),
    /// To `open_scenario`, `close_scenario` and `bye`.
    Nothing {},
}
