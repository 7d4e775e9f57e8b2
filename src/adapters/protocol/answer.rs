//! What an adapter says: one of four outcomes, or that it is still at work.

use super::hello::Welcome;
use super::reply::{ReplyForm, seconds};
use crate::domain::reply::{Form, ReplyKind};
use crate::domain::{Drilled, Rejection, RejectionClass, Reply};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// As much of what a page showed as an answer carries on.
const MAX_SHOWN_BYTES: usize = 64 * 1024;

/// Still at work.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Progress {
    /// The id of the request.
    pub id: String,
    /// What is going on, for people.
    pub progress: String,
}

/// What stands under `reject`.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Refusal {
    /// The class of the refusal; `denied` is always right.
    #[serde(default = "denied")]
    class: RejectionClass,
    /// In how many seconds to try again, if the implementation says so.
    #[serde(default)]
    retry_after: Option<f64>,
}

/// What stands under `unsupported`.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Missing {
    /// What is missing, as `needs:` names it; without this field, the operation.
    #[serde(default)]
    feature: Option<String>,
}

/// What stands under `fault`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Fault {
    /// Whether the implementation may have done what was asked.
    pub effect: Effect,
    /// What happened.
    #[serde(default)]
    pub message: String,
    /// Where, for whoever looks for it.
    #[serde(default)]
    pub trace: Option<String>,
}

/// Whether the implementation may have done what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Certainly not: it may be asked again.
    None,
    /// Perhaps: a code may be spent.
    Unknown,
}

/// What the implementation literally answered: evidence, never read for a verdict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Native {
    /// The HTTP status.
    pub status: Option<u16>,
    /// The names of the headers that a program sets.
    pub headers: Vec<String>,
    /// The page as text, or the body as JSON.
    pub body: Value,
}

/// An answer with its id.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The id of the request.
    pub id: String,
    /// How it came out.
    pub outcome: Outcome,
}

/// How a request came out.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was done; what came of it depends on what was asked.
    Ok(Value),
    /// The implementation said no.
    Reject(Value),
    /// The implementation has no such thing.
    Unsupported(Value),
    /// The adapter could not ask, or could not understand.
    Fault(Fault),
}

/// A line that is part of the protocol.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// An answer.
    Answered(Answered),
    /// The answer takes longer.
    Progress(Progress),
}

/// Why a line or an answer means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

fn denied() -> RejectionClass {
    RejectionClass::Denied
}

/// Reads a line.
///
/// # Errors
/// [`Malformed`] with what is wrong; the line itself is for the caller to quote. With it comes the
/// id, if the line has one: then it is known whose answer is spoilt.
pub fn read(line: &str) -> Result<Said, (Option<String>, Malformed)> {
    let stray = |why: &str| (None, Malformed(why.to_owned()));
    let value: Value = serde_json::from_str(line).map_err(|_| stray("it is no JSON"))?;
    let Value::Object(mut object) = value else { return Err(stray("it is no JSON object")) };
    let id = match object.get("id") {
        Some(Value::String(id)) => id.clone(),
        Some(other) => return Err(stray(&format!("its id is {other}, which is not a text"))),
        None => return Err(stray("it has no `id`")),
    };
    let spoilt = |why: String| (Some(id.clone()), Malformed(why));
    let outcomes: Vec<&str> =
        OUTCOMES.into_iter().filter(|name| object.contains_key(*name)).collect();
    let [name] = outcomes[..] else {
        let found =
            if outcomes.is_empty() { "no outcome".to_owned() } else { outcomes.join(" and ") };
        return Err(spoilt(format!(
            "it has {found}; exactly one of ok, reject, unsupported and fault is wanted"
        )));
    };
    let body = object.remove(name).unwrap_or_default();
    let outcome = match (name, body) {
        ("progress", Value::String(progress)) => {
            return Ok(Said::Progress(Progress { id, progress }));
        }
        ("progress", _) => return Err(spoilt("`progress` is no text".to_owned())),
        (_, body) if !body.is_object() => return Err(spoilt(format!("`{name}` is no object"))),
        ("ok", body) => Outcome::Ok(body),
        ("reject", body) => Outcome::Reject(body),
        ("unsupported", body) => Outcome::Unsupported(body),
        (_, body) => Outcome::Fault(fields(name, body).map_err(|Malformed(why)| spoilt(why))?),
    };
    Ok(Said::Answered(Answered { id, outcome }))
}

const OUTCOMES: [&str; 5] = ["ok", "reject", "unsupported", "fault", "progress"];

/// The fields of `body`, which stands under `name`.
fn fields<T: DeserializeOwned>(name: &str, body: Value) -> Result<T, Malformed> {
    serde_json::from_value(body).map_err(|why| Malformed(format!("`{name}`: {why}")))
}

impl Outcome {
    /// The reply of a subject that was asked `operation`; a fault is for the caller.
    ///
    /// # Errors
    /// [`Malformed`] for a field that is missing or none of ours; and for a fault.
    pub fn reply(self, operation: &str) -> Result<Reply, Malformed> {
        match self {
            Self::Ok(body) => fields::<ReplyForm>("ok", body)?.meaning(),
            Self::Reject(body) => {
                let Refusal { class, retry_after } = fields("reject", body)?;
                let retry_after =
                    retry_after.map(|time| seconds("retry_after", time)).transpose()?;
                Ok(Reply::Rejected(Rejection { class, retry_after }))
            }
            Self::Unsupported(body) => {
                let Missing { feature } = fields("unsupported", body)?;
                let feature = feature.unwrap_or_else(|| operation.to_owned());
                Ok(Reply::Unsupported { feature })
            }
            Self::Fault(fault) => Err(Malformed(fault.to_string())),
        }
    }

    /// What a library or an app answered that was asked `operation`; a fault is for the caller.
    ///
    /// # Errors
    /// [`Malformed`] for a field that is missing or none of ours; and for a fault.
    pub fn drilled(self, operation: &str) -> Result<Drilled, Malformed> {
        match self {
            Self::Ok(body) => fields("ok", body),
            Self::Reject(body) => fields::<Refusal>("reject", body).map(|_| Drilled::Refused {}),
            Self::Unsupported(body) => {
                let Missing { feature } = fields("unsupported", body)?;
                Ok(Drilled::Unsupported { feature: feature.unwrap_or(operation.to_owned()) })
            }
            Self::Fault(fault) => Err(Malformed(fault.to_string())),
        }
    }

    /// What the reply may hold and the adapter does not speak of. What it looked for and did not
    /// find, it writes as `null`, or as an empty list.
    #[must_use]
    pub fn unseen(&self) -> Vec<String> {
        let Self::Ok(body) = self else { return Vec::new() };
        let kind: Option<ReplyKind> = serde_json::from_value(body["reply"].clone()).ok();
        let optional = kind.map_or(&[][..], ReplyKind::may_hold);
        let unseen = optional.iter().filter(|name| body.get(name).is_none());
        unseen.map(|name| (*name).to_owned()).collect()
    }

    /// What the adapter says of itself, if this answers `hello`.
    ///
    /// # Errors
    /// [`Malformed`] for a field that is missing or none of ours.
    pub fn welcome(&self) -> Result<Welcome, Malformed> {
        match self {
            Self::Ok(body) => fields("ok", body.clone()),
            Self::Reject(body) | Self::Unsupported(body) => {
                Err(Malformed(format!("it does not want to be tested: {body}")))
            }
            Self::Fault(fault) => Err(Malformed(fault.to_string())),
        }
    }

    /// What was literally shown, and its outward form where that is told.
    #[must_use]
    pub fn shown(&self) -> (String, Option<Form>) {
        let (Self::Ok(body) | Self::Reject(body) | Self::Unsupported(body)) = self else {
            return (String::new(), None);
        };
        let native = body
            .get("native")
            .cloned()
            .and_then(|native| serde_json::from_value::<Native>(native).ok());
        match native {
            None => (clipped(body.to_string()), None),
            Some(Native { status, headers, body }) => {
                let mut headers: Vec<String> =
                    headers.iter().map(|name| name.to_ascii_lowercase()).collect();
                headers.sort_unstable();
                headers.dedup();
                let shape = Form::shape(&body);
                let text = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
                let form = status.map(|status| Form { status, headers, body: shape });
                (clipped(text), form)
            }
        }
    }
}

fn clipped(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(MAX_SHOWN_BYTES));
    text
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let effect = match self.effect {
            Effect::None => "nothing was done",
            Effect::Unknown => "whether anything was done is unknown",
        };
        let message = if self.message.is_empty() { "no message" } else { &self.message };
        write!(f, "it reports a fault, {effect}: {message}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Said, read};
    use crate::domain::{Rejection, RejectionClass, Reply};
    use std::time::Duration;

    fn outcome(line: &str) -> Outcome {
        match read(line) {
            Ok(Said::Answered(answered)) => answered.outcome,
            other => panic!("{other:?}"),
        }
    }

    fn why(line: &str) -> String {
        read(line).expect_err("it is wrong").1.0
    }

    #[test]
    fn exactly_one_outcome_is_wanted() {
        assert!(why(r#"{"id":"1"}"#).contains("it has no outcome"));
        assert!(why(r#"{"id":"1","ok":{},"fault":{}}"#).contains("it has ok and fault"));
        assert!(why(r#"{"id":1,"ok":{}}"#).contains("its id is 1, which is not a text"));
        assert!(why(r#"{"id":"1","ok":true}"#).contains("`ok` is no object"));
        assert!(why("listening").contains("no JSON"));
    }

    #[test]
    fn unknown_fields_are_ignored() {
        let line = r#"{"id":"1","x":1,"reject":{"class":"code.spent","retry_after":2.5,"y":[]}}"#;
        let rejected = Rejection {
            class: RejectionClass::CodeSpent,
            retry_after: Some(Duration::from_millis(2500)),
        };
        assert_eq!(outcome(line).reply("probe"), Ok(Reply::Rejected(rejected)));
    }

    #[test]
    fn an_unknown_reply_is_told_with_those_there_are() {
        let wrong = outcome(r#"{"id":"1","ok":{"reply":"code_wanted"}}"#).reply("probe");
        let why = wrong.expect_err("it is none of ours").0;
        assert!(why.contains("`code_wanted`") && why.contains("`code_required`"), "{why}");
    }

    #[test]
    fn a_page_and_its_form_are_evidence() {
        let line = concat!(
            r#"{"id":"1","ok":{"reply":"done","#,
            r#""native":{"status":200,"headers":["B","a"],"body":{"x":1}}}}"#
        );
        let (shown, form) = outcome(line).shown();
        let form = form.expect("a status was told");
        assert_eq!(
            (shown.as_str(), form.status, form.body.as_str()),
            (r#"{"x":1}"#, 200, "{x: number}")
        );
        assert_eq!(form.headers, ["a", "b"]);
    }
}
