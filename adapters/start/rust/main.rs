//! An adapter for fobwatch. It answers already; make each operation speak to your server.
//!
//!     cargo build --release
//!     fobwatch adapter doctor 'exec:target/release/adapter'
//!     fobwatch run --against 'exec:target/release/adapter'
//!
//! What your server has not, delete: scenarios that need it are skipped.

mod fobwatch;

use fobwatch::{Adapter, Outcome, Scope, reply};
use serde_json::{Value, json};
use std::collections::HashMap;

/// A stand-in for your server: passwords by user name. Delete it when the real one is asked.
#[derive(Default)]
struct MyServer {
    people: HashMap<String, String>,
}

impl Adapter for MyServer {
    /// `run["gateways"]`, if it is there, says where your server must hand over its messages:
    /// `["sms"]["url"]`, `["account"]`, `["token"]` (as Twilio's API) and `["smtp"]` (host:port).
    fn hello(&mut self, _run: &Value) -> Value {
        json!({
            "implementation": { "name": "My server", "version": "1.0", "language": "rust" },
            // `real`: its clock cannot be moved. `offset`: `advance_clock` moves it forward.
            "clock": "real",
            // What it says of itself; the suite holds it to this.
            "declares": { "code_digits": 6, "attempts": 5 },
        })
    }

    fn ask(&mut self, operation: &str, args: &Value, _scope: &Scope) -> Outcome {
        let text = |name: &str| args[name].as_str().unwrap_or_default().to_owned();
        match operation {
            // Makes an invented person exist: an admin API of your server, or a hook for tests.
            "provision" => {
                self.people.insert(text("user"), text("password"));
                reply("done", json!({}))
            }
            // User name and password. The scope tells browsers apart: one cookie jar for each.
            "sign_in" if self.people.get(&text("user")) != Some(&text("password")) => {
                Outcome::Reject("denied")
            }
            // Your server would have sent a PIN now: reply("code_required", json!({ "channel": "sms" })).
            "sign_in" => Outcome::Unsupported,
            // What may this browser do now?
            "probe" => reply("signed_out", json!({})),
            _ => Outcome::Unsupported,
        }
    }
}

fn main() {
    fobwatch::run(MyServer::default());
}
