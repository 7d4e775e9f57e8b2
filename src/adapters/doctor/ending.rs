//! The end: nothing was said too much, and nobody is left behind.

use super::patient::{Patient, failure, outcome};
use super::{Failure, Point};
use crate::adapters::protocol::Outcome;
use crate::domain::Soon;
use serde_json::json;
use tokio::time::timeout;

pub(super) static POINTS: &[Point] = &[
    Point { what: "bye is answered", examine: bye },
    Point { what: "after bye it ends, or closes the connection", examine: ends },
    Point { what: "its output had nothing but messages", examine: nothing_else },
    Point {
        what: "no request was answered twice, and none that was not asked",
        examine: no_surplus,
    },
];

fn bye(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        let line = patient.ask("bye", json!({})).await?;
        let expected = r#"{"id":"…","ok":{}}"#;
        match outcome(&line, expected)? {
            Outcome::Ok(_) => Ok(()),
            Outcome::Reject(_) | Outcome::Unsupported(_) | Outcome::Fault(_) => {
                Err(failure(&line, expected))
            }
        }
    })
}

fn ends(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        patient.conversation.fall_silent();
        let goodbye = patient.limits.goodbye;
        let over = timeout(goodbye, async {
            while let Some(line) = patient.conversation.next().await {
                patient.take(line);
            }
        });
        let expected = "it ends by itself (exit status: 0), or closes the connection";
        if over.await.is_err() {
            let ms = goodbye.as_millis();
            return Err(failure(&format!("it goes on after {ms} ms, and was ended"), expected));
        }
        let how = patient.conversation.epitaph().await;
        if how.contains("exit status: 0") || how == "it closed the connection" {
            Ok(())
        } else {
            Err(failure(&how, expected))
        }
    })
}

fn nothing_else(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    let expected = "messages only: print and log to standard error";
    let stray = patient.strays.first().map(|line| failure(line, expected));
    Box::pin(std::future::ready(stray.map_or(Ok(()), Err)))
}

fn no_surplus(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    let expected = "one answer to each request, with its id";
    let surplus = patient.surplus.first().map(|line| failure(line, expected));
    Box::pin(std::future::ready(surplus.map_or(Ok(()), Err)))
}
