//! Lines and ids: what can go wrong before anything is understood.

use super::patient::{Patient, failure, outcome};
use super::{Failure, Point};
use crate::adapters::protocol::{MAX_LINE_BYTES, Outcome};
use crate::domain::Soon;
use serde_json::{Value, json};

pub(super) static POINTS: &[Point] = &[
    Point { what: "unknown fields are ignored", examine: grease },
    Point { what: "an unknown operation is unsupported", examine: unknown_operation },
    Point { what: "an id that looks like a number stays a text", examine: numeric_id },
    Point { what: "an id of odd signs comes back unchanged", examine: odd_id },
    Point { what: "two requests that come together are both answered", examine: together },
    Point { what: "a request that comes in pieces is answered", examine: in_pieces },
    Point { what: "empty lines, blanks and carriage returns do no harm", examine: blanks },
    Point { what: "a line of 1 MiB is read", examine: long_line },
    Point { what: "a line that is no request is survived", examine: nonsense },
];

/// An operation that no version of the protocol has: its answer is known.
const UNKNOWN: &str = "grease_the_axle";

const UNSUPPORTED: &str = r#"{"id":"…","unsupported":{"feature":"grease_the_axle"}}"#;

/// Waits for the answer to an unknown operation.
async fn unsupported(patient: &mut Patient, id: &str) -> Result<(), Failure> {
    let patience = patient.limits.operation;
    let line = patient.hear(id, UNKNOWN, patience).await?;
    match outcome(&line, UNSUPPORTED)? {
        Outcome::Unsupported(_) => Ok(()),
        Outcome::Ok(_) | Outcome::Reject(_) | Outcome::Fault(_) => Err(failure(&line, UNSUPPORTED)),
    }
}

/// Says `line` and waits for the answer to `id`, an unknown operation.
async fn said(patient: &mut Patient, line: &str, id: &str) -> Result<(), Failure> {
    patient.conversation.say(line.as_bytes()).await;
    unsupported(patient, id).await
}

fn grease(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        let plain = patient.ask("probe", json!({})).await?;
        let (id, line) = patient.request("probe", &json!({ "grease": { "id": "0" } }));
        let mut request: Value = serde_json::from_str(&line).unwrap_or_default();
        request["grease"] = json!([null, 1.5]);
        request["scope"]["grease"] = json!("ignore me");
        patient.conversation.say(format!("{request}\n").as_bytes()).await;
        let patience = patient.limits.operation;
        let greased = patient.hear(&id, "probe", patience).await?;
        let kind = |line: &str| outcome(line, &plain).map(|one| std::mem::discriminant(&one));
        if kind(&greased)? == kind(&plain)? {
            Ok(())
        } else {
            Err(failure(&greased, &format!("as without unknown fields: {plain}")))
        }
    })
}

fn unknown_operation(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        let (id, line) = patient.request(UNKNOWN, &json!({}));
        said(patient, &line, &id).await
    })
}

fn numeric_id(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        let line = patient.request_as("0077", UNKNOWN, &json!({}));
        said(patient, &line, "0077").await
    })
}

fn odd_id(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        let id = "ü \"quoted\" \\ 😀 \u{2028}";
        let line = patient.request_as(id, UNKNOWN, &json!({}));
        said(patient, &line, id).await
    })
}

fn together(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        let (first, one) = patient.request(UNKNOWN, &json!({}));
        let (second, other) = patient.request(UNKNOWN, &json!({}));
        patient.conversation.say(format!("{one}{other}").as_bytes()).await;
        unsupported(patient, &second).await?;
        unsupported(patient, &first).await
    })
}

fn in_pieces(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        let (id, line) = patient.request(UNKNOWN, &json!({ "name": "Zoë Ångström" }));
        // Cut within a letter, where a careless reader takes the half for an error.
        let cut = line.find('ë').map_or(line.len() / 2, |at| at + 1);
        let (head, tail) = line.as_bytes().split_at(cut);
        patient.conversation.say(head).await;
        tokio::task::yield_now().await;
        patient.conversation.say(tail).await;
        unsupported(patient, &id).await
    })
}

fn blanks(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        let (id, line) = patient.request(UNKNOWN, &json!({}));
        let line = format!("\n  \r\n  {}\r\n\n", line.trim_end());
        said(patient, &line, &id).await
    })
}

fn long_line(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        let (id, line) = patient.request(UNKNOWN, &json!({ "filler": "" }));
        let filler = "x".repeat(MAX_LINE_BYTES - line.len());
        let line = line.replace("\"filler\":\"\"", &format!("\"filler\":\"{filler}\""));
        said(patient, &line, &id).await
    })
}

fn nonsense(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        for line in ["this is no JSON\n", "[1,2]\n", "{\"op\":\"probe\"}\n", "{\"id\":7}\n"] {
            patient.conversation.say(line.as_bytes()).await;
        }
        let (id, line) = patient.request(UNKNOWN, &json!({}));
        said(patient, &line, &id).await
    })
}
