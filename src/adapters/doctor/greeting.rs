//! The greeting: who is there, and whether what it says of itself can be meant.

use super::patient::{Patient, failure, outcome};
use super::{Failure, Point};
use crate::adapters::partner::SPOKEN;
use crate::adapters::protocol::{Outcome, Welcome, parameter_names};
use crate::domain::{Moment, Soon};
use serde_json::{Value, json};

pub(super) static POINTS: &[Point] = &[
    Point { what: "hello is answered in time", examine: hello },
    Point { what: "an answer is one JSON object on one line", examine: one_object },
    Point { what: "an answer has the id of its request", examine: same_id },
    Point { what: "an answer has exactly one outcome, and hello's is ok", examine: one_outcome },
    Point { what: "a version that we speak is chosen", examine: version },
    Point { what: "the implementation has a name", examine: name },
    Point { what: "declared parameters have names and types of ours", examine: declared },
    Point {
        what: "the clock is of a kind that we know, and a virtual one tells its time",
        examine: clock,
    },
    Point { what: "isolation and max_in_flight can be meant", examine: room },
    Point { what: "features are texts, and hosts have URLs", examine: lists },
    Point { what: "hello may come again, and is answered alike", examine: again },
    Point {
        what: "a hello without a common version is a fault without effect",
        examine: no_version,
    },
];

const GREETING: &str =
    r#"{"id":"doctor-1","ok":{"protocol":1,"implementation":{"name":"…"},"clock":"real"}}"#;

fn arguments(min: u32, max: u32) -> Value {
    json!({
        "protocol": { "min": min, "max": max },
        "seed": "1",
        "now": Moment::EPOCH,
    })
}

/// Says hello, and gives back the line that answers.
pub(super) async fn greet(patient: &mut Patient) -> Result<String, Failure> {
    patient.ask("hello", arguments(SPOKEN.min, SPOKEN.max)).await
}

fn hello(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        patient.greeting = greet(patient).await?;
        Ok(())
    })
}

/// What `judge` says of the answer to `hello` and of what stands under its `ok`.
fn judged(
    patient: &mut Patient,
    judge: fn(&str, &Value) -> Result<(), Failure>,
) -> Soon<'_, Result<(), Failure>> {
    let line: Value = serde_json::from_str(&patient.greeting).unwrap_or_default();
    let body = line.get("ok").cloned().unwrap_or_default();
    Box::pin(std::future::ready(judge(&patient.greeting, &body)))
}

fn one_object(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    judged(patient, |line, _| match serde_json::from_str::<Value>(line) {
        Ok(Value::Object(_)) => Ok(()),
        Ok(_) | Err(_) => Err(failure(line, GREETING)),
    })
}

fn same_id(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    judged(patient, |line, _| {
        let value: Value = serde_json::from_str(line).unwrap_or_default();
        if value["id"] == "doctor-1" { Ok(()) } else { Err(failure(line, GREETING)) }
    })
}

fn one_outcome(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        match outcome(&patient.greeting, GREETING)? {
            Outcome::Ok(_) => Ok(()),
            Outcome::Reject(_) | Outcome::Unsupported(_) | Outcome::Fault(_) => {
                Err(failure(&patient.greeting, GREETING))
            }
        }
    })
}

fn version(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    judged(patient, |line, body| {
        let version = body["protocol"].as_u64();
        let fits =
            version.is_some_and(|one| u64::from(SPOKEN.min) <= one && one <= u64::from(SPOKEN.max));
        if fits { Ok(()) } else { Err(failure(line, r#""protocol":1"#)) }
    })
}

fn name(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    judged(patient, |line, body| match body["implementation"]["name"].as_str() {
        Some(name) if !name.trim().is_empty() => Ok(()),
        Some(_) | None => {
            Err(failure(line, r#""implementation":{"name":"Acme IdP","version":"3.1"}"#))
        }
    })
}

fn declared(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    judged(patient, |_, body| {
        let Some(written) = body.get("declares") else { return Ok(()) };
        let known = parameter_names();
        let expected = format!("\"declares\":{{…}} with any of {}", known.join(", "));
        let strange = |name: &&String| !known.contains(*name);
        let Some(fields) = written.as_object() else {
            return Err(failure(&written.to_string(), &expected));
        };
        if let Some(name) = fields.keys().find(strange) {
            return Err(failure(&format!("\"{name}\""), &expected));
        }
        match serde_json::from_value::<crate::domain::Declared>(written.clone()) {
            Ok(_) => Ok(()),
            Err(why) => Err(failure(&format!("{written} ({why})"), &expected)),
        }
    })
}

fn clock(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    judged(patient, |line, body| {
        let expected = r#""clock":"real", "offset", "shim", or "shared_virtual" with "now":"2030-01-01T00:00:00Z""#;
        let told = serde_json::from_value::<Moment>(body["now"].clone()).is_ok();
        match (body.get("clock").and_then(Value::as_str), body.get("now")) {
            (None, _) if body.get("clock").is_none() => Ok(()),
            (Some("real" | "offset" | "shim"), None) => Ok(()),
            (Some("real" | "offset" | "shim" | "shared_virtual"), Some(_)) if told => Ok(()),
            _ => Err(failure(line, expected)),
        }
    })
}

fn room(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    judged(patient, |line, body| {
        let isolation = body.get("isolation").is_none_or(|one| one == "names" || one == "none");
        let most = body.get("max_in_flight");
        let most = most.is_none_or(|one| one.as_u64().is_some_and(|one| one > 0));
        if isolation && most {
            Ok(())
        } else {
            Err(failure(line, r#""isolation":"names" or "none", "max_in_flight":1 or more"#))
        }
    })
}

fn lists(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        let expected = r#""features":["push"], "hosts":{"id.test":"http://127.0.0.1:4010"}"#;
        let welcome = outcome(&patient.greeting, GREETING)?.welcome();
        let welcome =
            welcome.map_err(|why| failure(&format!("{} ({why})", patient.greeting), expected))?;
        crate::adapters::partner::hosts(&welcome).map_err(|why| failure(&why, expected))?;
        // From here on what it says of itself is believed.
        patient.welcome = Some(welcome);
        Ok(())
    })
}

fn again(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        let mut arguments = arguments(SPOKEN.min, SPOKEN.max);
        arguments["grease"] = json!([{ "unknown": null }]);
        let line = patient.ask("hello", arguments).await?;
        let second = outcome(&line, GREETING)?.welcome().ok();
        let timeless = |welcome: &Option<Welcome>| {
            welcome.clone().map(|welcome| Welcome { now: None, ..welcome })
        };
        if timeless(&second) == timeless(&patient.welcome) {
            Ok(())
        } else {
            let first = crate::adapters::link::quote(&patient.greeting);
            Err(failure(&line, &format!("the same as the first time: {first}")))
        }
    })
}

fn no_version(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        let line = patient.ask("hello", arguments(9000, 9001)).await?;
        let expected =
            r#"{"id":"…","fault":{"effect":"none","message":"protocol 1 is spoken here"}}"#;
        match outcome(&line, expected)? {
            Outcome::Fault(_) => Ok(()),
            Outcome::Ok(_) | Outcome::Reject(_) | Outcome::Unsupported(_) => {
                Err(failure(&line, expected))
            }
        }
    })
}
