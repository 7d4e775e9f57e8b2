//! What it does when it is asked something: in words of ours, each request once.

use super::patient::{Patient, failure, outcome};
use super::{Failure, Point};
use crate::adapters::protocol::{Outcome, Timekeeping};
use crate::domain::{Moment, Role, Soon};
use serde_json::{Value, json};
use std::time::Duration;

pub(super) static POINTS: &[Point] = &[
    Point { what: "open_scenario is answered ok or unsupported", examine: open_scenario },
    Point { what: "probe is answered in words of ours", examine: probe },
    Point { what: "a sign-in of nobody is answered in words of ours", examine: sign_in },
    Point { what: "missing arguments do no harm", examine: no_arguments },
    Point { what: "max_in_flight requests at once are each answered", examine: at_once },
    Point { what: "advance_clock does what the clock promises", examine: advance },
    Point { what: "what its role is asked is answered in words of ours", examine: drill },
    Point { what: "close_scenario is answered ok or unsupported", examine: close_scenario },
];

/// How far the clock is moved.
const ADVANCE: Duration = Duration::from_mins(1);

/// The largest number of requests at once that is tried.
const MOST_AT_ONCE: u32 = 64;

async fn granted(patient: &mut Patient, operation: &str, args: Value) -> Result<(), Failure> {
    let line = patient.ask(operation, args).await?;
    let expected = r#"{"id":"…","ok":{}} or {"id":"…","unsupported":{}}"#;
    match outcome(&line, expected)? {
        Outcome::Ok(_) | Outcome::Unsupported(_) => Ok(()),
        Outcome::Reject(_) | Outcome::Fault(_) => Err(failure(&line, expected)),
    }
}

/// Asks `operation`, and wants a reply, a refusal or `unsupported`, whole and in our words.
async fn in_our_words(patient: &mut Patient, operation: &str, args: Value) -> Result<(), Failure> {
    let line = patient.ask(operation, args).await?;
    let expected = concat!(
        r#"{"id":"…","ok":{"reply":"signed_out"}}, {"id":"…","reject":{"class":"denied"}} "#,
        r#"or {"id":"…","unsupported":{}}"#
    );
    let outcome = outcome(&line, expected)?;
    match outcome.reply(operation) {
        Ok(_) => Ok(()),
        Err(why) => Err(failure(&format!("{line} ({why})"), expected)),
    }
}

fn open_scenario(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(granted(patient, "open_scenario", json!({ "seed": "1" })))
}

fn close_scenario(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(granted(patient, "close_scenario", json!({})))
}

fn probe(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(in_our_words(patient, "probe", json!({})))
}

fn sign_in(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    let nobody = json!({ "user": "nobody.doctor", "password": "not-a-password" });
    Box::pin(in_our_words(patient, "sign_in", nobody))
}

/// Asks the first code of RFC 4226, appendix D, of a library, and an account of an app.
fn drill(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        let role = patient.welcome.as_ref().map_or(Role::Server, |welcome| welcome.role);
        let (operation, args, expected) = match role {
            Role::Server => return Ok(()),
            Role::Library => (
                "generate_code",
                json!({ "key_hex": "3132333435363738393031323334353637383930",
                    "key_base32": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
                    "algorithm": "SHA1", "digits": 6, "counter": 0 }),
                concat!(
                    r#"{"id":"…","ok":{"reply":"code","code":"755224"}} "#,
                    r#"or {"id":"…","unsupported":{}}"#
                ),
            ),
            Role::Token => (
                "add_account",
                json!({ "uri": "otpauth://totp/Example:alice?\
                    secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example" }),
                r#"{"id":"…","ok":{"reply":"done"}} or {"id":"…","unsupported":{}}"#,
            ),
        };
        let line = patient.ask(operation, args).await?;
        match outcome(&line, expected)?.drilled(operation) {
            Ok(_) => Ok(()),
            Err(why) => Err(failure(&format!("{line} ({why})"), expected)),
        }
    })
}

fn no_arguments(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        let line = patient.ask("sign_in", json!({})).await?;
        outcome(&line, r#"{"id":"…","reject":{"class":"malformed"}}, or a fault"#)?;
        // Whoever did not survive this says nothing any more.
        in_our_words(patient, "probe", json!({})).await
    })
}

fn at_once(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        let most = patient.welcome.as_ref().map_or(1, |welcome| welcome.max_in_flight);
        let requests: Vec<(String, String)> =
            (0..most.min(MOST_AT_ONCE)).map(|_| patient.request("probe", &json!({}))).collect();
        let lines: String = requests.iter().map(|(_, line)| line.as_str()).collect();
        patient.conversation.say(lines.as_bytes()).await;
        let patience = patient.limits.operation;
        for (id, _) in requests {
            patient.hear(&id, "probe", patience).await?;
        }
        Ok(())
    })
}

/// The time that the adapter tells in a `hello`.
async fn now(patient: &mut Patient) -> Result<Option<Moment>, Failure> {
    let hello = json!({ "protocol": { "min": 1, "max": 1 }, "seed": "1", "now": Moment::EPOCH });
    let line = patient.ask("hello", hello).await?;
    Ok(outcome(&line, "an answer to hello")?.welcome().ok().and_then(|welcome| welcome.now))
}

fn advance(patient: &mut Patient) -> Soon<'_, Result<(), Failure>> {
    Box::pin(async move {
        let clock = patient.welcome.as_ref().map_or(Timekeeping::Real, |welcome| welcome.clock);
        if matches!(clock, Timekeeping::Real | Timekeeping::Shim) {
            // It cannot be moved, or we move it ourselves: nobody will ask.
            return Ok(());
        }
        let before = now(patient).await?;
        let line = patient.ask("advance_clock", json!({ "seconds": ADVANCE.as_secs() })).await?;
        let expected = r#"{"id":"…","ok":{"reply":"done"}}"#;
        match outcome(&line, expected)? {
            Outcome::Ok(body) if body["reply"] == "done" => {}
            Outcome::Ok(_) | Outcome::Reject(_) | Outcome::Unsupported(_) | Outcome::Fault(_) => {
                return Err(failure(&line, expected));
            }
        }
        let after = now(patient).await?;
        match (before, after) {
            (Some(before), Some(after)) if after - before < ADVANCE => Err(failure(
                &format!("\"now\" went from {before} to {after}"),
                &format!("it goes forward by {} s", ADVANCE.as_secs()),
            )),
            _ => Ok(()),
        }
    })
}
