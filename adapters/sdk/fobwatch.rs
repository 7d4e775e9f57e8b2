//! The fobwatch adapter protocol, version 1, in one file. It needs `serde_json`, nothing else.
//!
//! An [`Adapter`] answers one request after the other; [`run`] speaks on standard input and output
//! until nobody asks any more. What is printed must go to standard error (`eprintln!`): standard
//! output belongs to the protocol.

// An adapter need not use all of it.
#![allow(dead_code)]

use serde_json::{Map, Value, json};
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

const PROTOCOL: u64 = 1;

/// A line may be as long as this, and no longer.
const LONGEST_LINE: usize = 1024 * 1024;

/// On whose behalf something is asked: a scenario, and a browser of it. Keep a cookie jar for each.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    pub scenario: String,
    pub session: String,
}

/// How a request is answered.
pub enum Outcome {
    /// Your server did it: see [`reply`].
    Reply(Value),
    /// Your server said no. `denied` is always a right class; name a closer one if it told why.
    Reject(&'static str),
    /// Your server has no such thing: scenarios that need it are skipped.
    Unsupported,
    /// You could not ask, or not understand the answer: nobody is blamed.
    Fault(String),
}

/// A reply: `reply("signed_in", json!({ "assurance": "two_factor" }))`.
pub fn reply(name: &str, fields: Value) -> Outcome {
    let mut body = Map::new();
    body.insert("reply".to_owned(), Value::from(name));
    if let Value::Object(fields) = fields {
        body.extend(fields);
    }
    Outcome::Reply(Value::Object(body))
}

/// An implementation, described for the harness.
pub trait Adapter {
    /// The answer to `hello`: `implementation`, `clock`, `declares`, `features`. `run` has the
    /// seed, and the gateways where your server must hand over its messages.
    fn hello(&mut self, run: &Value) -> Value;

    /// Answers `operation`.
    fn ask(&mut self, operation: &str, args: &Value, scope: &Scope) -> Outcome;
}

/// Answers until `bye` or the end of standard input.
pub fn run(mut adapter: impl Adapter) {
    let mut lines = std::io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        if !matches!(lines.read_until(b'\n', &mut line), Ok(1..)) {
            return;
        }
        let Ok(request) = serde_json::from_slice::<Value>(&line) else {
            if !line.trim_ascii().is_empty() {
                eprintln!("this is no request: {}", String::from_utf8_lossy(&line));
            }
            continue;
        };
        let (Some(id), Some(operation)) = (request["id"].as_str(), request["op"].as_str()) else {
            eprintln!("this is no request: {request}");
            continue;
        };
        say(id, answer(&mut adapter, operation, &request));
        if operation == "bye" {
            return;
        }
    }
}

fn answer(adapter: &mut impl Adapter, operation: &str, request: &Value) -> (&'static str, Value) {
    let nothing = Value::Object(Map::new());
    let args = request.get("args").unwrap_or(&nothing);
    match operation {
        "bye" => return ("ok", nothing),
        "hello" => return hello(adapter, args),
        _ => {}
    }
    let name = |field: &str| request["scope"][field].as_str().unwrap_or_default().to_owned();
    let scope = Scope { scenario: name("scenario"), session: name("session") };
    // What goes wrong in here is a fault of the adapter, and no reason to end.
    match catch_unwind(AssertUnwindSafe(|| adapter.ask(operation, args, &scope))) {
        Ok(Outcome::Reply(reply)) => ("ok", reply),
        Ok(Outcome::Reject(class)) => ("reject", json!({ "class": class })),
        Ok(Outcome::Unsupported) => ("unsupported", json!({ "feature": operation })),
        Ok(Outcome::Fault(message)) => ("fault", fault(&message)),
        Err(_) => ("fault", fault("the adapter panicked; see its standard error")),
    }
}

fn hello(adapter: &mut impl Adapter, args: &Value) -> (&'static str, Value) {
    let bound = |name: &str| args["protocol"][name].as_u64().unwrap_or(PROTOCOL);
    if !(bound("min")..=bound("max")).contains(&PROTOCOL) {
        return ("fault", json!({ "effect": "none", "message": "protocol 1 is spoken here" }));
    }
    let mut welcome = adapter.hello(args);
    welcome["protocol"] = Value::from(PROTOCOL);
    welcome["max_in_flight"] = Value::from(1);
    ("ok", welcome)
}

fn fault(message: &str) -> Value {
    json!({ "effect": "unknown", "message": message })
}

fn say(id: &str, (outcome, body): (&'static str, Value)) {
    let mut line = json!({ "id": id, outcome: body }).to_string();
    if line.len() >= LONGEST_LINE {
        line = json!({ "id": id, "fault": fault("the answer is longer than a line may be") })
            .to_string();
    }
    line.push('\n');
    let mut output = std::io::stdout().lock();
    // When the harness is gone there is nobody to tell.
    let _ = output.write_all(line.as_bytes()).and_then(|()| output.flush());
}
