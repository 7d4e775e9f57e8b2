//! Each browser connects from an address of its own, so that what counts by address counts each for
//! itself.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, reason = "a test fails by saying what it expected")]

use crate::puppet::python;
use crate::stage;
use axum::extract::{ConnectInfo, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use fobwatch::adapters::map::{self, MapHost};
use fobwatch::adapters::{self, Briefing, Host, Stage};
use fobwatch::domain::{Declared, Operation, Reply, Secret};
use fobwatch::subject::Subject;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// As many wrong passwords as an address may send.
const FAILURES: u32 = 5;

type Failures = Arc<Mutex<HashMap<IpAddr, u32>>>;

async fn who_am_i(ConnectInfo(from): ConnectInfo<SocketAddr>) -> Json<Value> {
    Json(json!({ "address": from.ip() }))
}

/// Locks an address after [`FAILURES`], whoever signs in from there.
async fn sign_in(
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    State(failures): State<Failures>,
    Json(entered): Json<Value>,
) -> Json<Value> {
    let mut failures = failures.lock().expect("unhurt");
    let count = failures.entry(from.ip()).or_default();
    let state = match entered["password"].as_str() {
        _ if *count >= FAILURES => "locked",
        Some("right") => "signed_in",
        _ => {
            *count += 1;
            "wrong"
        }
    };
    Json(json!({ "state": state }))
}

/// A server that sees where its clients come from, on a free port; ended when it is dropped.
struct Server {
    port: u16,
    serving: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn server() -> Server {
    let routes = Router::new()
        .route("/whoami", get(who_am_i))
        .route("/sign_in", post(sign_in))
        .with_state(Failures::default())
        .into_make_service_with_connect_info::<SocketAddr>();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let serving = tokio::spawn(async move {
        axum::serve(listener, routes).await.expect("it serves");
    });
    Server { port, serving }
}

fn map(base: &str, line: &str) -> String {
    format!(
        "map: 1
name: Counts by address
base: {base}
{line}
operations:
  probe: {{ requests: [{{ request: GET /whoami }}] }}
  sign_in: {{ requests: [{{ request: POST /sign_in, json: {{ password: $password }} }}] }}
replies:
  - {{ when: {{ json: {{ $.state: signed_in }} }}, reply: signed_in, assurance: two_factor }}
  - {{ when: {{ json: {{ $.state: locked }} }}, reply: rejected, class: locked }}
  - {{ when: {{ json: {{ $.state: wrong }} }}, reply: rejected }}
  - {{ reply: done }}
"
    )
}

async fn host(server: &Server, line: &str) -> MapHost {
    let map = map(&format!("http://127.0.0.1:{}", server.port), line);
    MapHost::load(&map, "counts.yaml", None).await.unwrap_or_else(|error| panic!("{error}"))
}

/// The subject for the scenario with `number`.
async fn scenario(host: &dyn Host, number: u32) -> Box<dyn Subject> {
    let stage = Stage {
        scenario: format!("scenario-{number}"),
        number,
        seed: 1,
        clock: host.clock(),
        gateways: stage::post().await.office.endpoints.clone(),
        settings: Declared::default(),
    };
    host.connect(&stage).await.expect("connects").subject
}

async fn address(subject: &dyn Subject, session: &str) -> Ipv4Addr {
    let shown = subject.ask(session, &Operation::Probe).await.expect("answered").shown;
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    serde_json::from_value(shown["address"].clone()).expect("an address")
}

async fn enters(subject: &dyn Subject, password: &str) -> Reply {
    let (user, password) = ("ada".to_owned(), Secret::new(password));
    subject.ask("main", &Operation::SignIn { user, password }).await.expect("answered").reply
}

#[tokio::test]
async fn each_browser_of_each_scenario_has_an_address_and_keeps_it() {
    let server = server().await;
    let mut runs = Vec::new();
    for _ in 0..2 {
        let host = host(&server, "").await;
        let mut seen = Vec::new();
        for number in [0, 1] {
            let subject = scenario(&host, number).await;
            for session in ["main", "other"] {
                let first = address(&*subject, session).await;
                assert_eq!(address(&*subject, session).await, first);
                assert!(first.is_loopback() && first != Ipv4Addr::LOCALHOST, "{first}");
                seen.push(first);
            }
            assert_eq!(address(&*subject, "harness").await, Ipv4Addr::LOCALHOST);
        }
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 4, "{seen:?}");
        runs.push(seen);
    }
    assert_eq!(runs[0], runs[1], "one seed, the same addresses");
}

#[tokio::test]
async fn a_map_can_let_all_browsers_share_the_usual_address() {
    let server = server().await;
    let host = host(&server, "source_addresses: shared").await;
    let subject = scenario(&host, 3).await;
    assert_eq!(address(&*subject, "main").await, Ipv4Addr::LOCALHOST);
}

#[tokio::test]
async fn what_locks_by_address_disturbs_other_scenarios_only_if_they_share_it() {
    for (line, is_disturbed) in
        [("", false), ("source_addresses: own", false), ("source_addresses: shared", true)]
    {
        let server = server().await;
        let host = host(&server, line).await;
        let (guesser, other) = (scenario(&host, 0).await, scenario(&host, 1).await);
        for _ in 0..FAILURES {
            assert!(matches!(enters(&*guesser, "wrong").await, Reply::Rejected { .. }));
        }
        let own = enters(&*guesser, "right").await;
        assert!(matches!(own, Reply::Rejected { .. }), "the guesser is locked: {own:?}");
        let reply = enters(&*other, "right").await;
        assert_eq!(matches!(reply, Reply::Rejected { .. }), is_disturbed, "{line}: {reply:?}");
    }
}

#[test]
fn addresses_of_their_own_are_refused_where_they_cannot_be_had() {
    for base in ["http://localhost:4010", "https://192.0.2.1", "http://[::1]:4010"] {
        map::check(&map(base, ""), "counts.yaml").unwrap_or_else(|error| panic!("{error}"));
        let mistake = map::check(&map(base, "source_addresses: own"), "counts.yaml");
        let mistake = mistake.expect_err("a mistake").to_string();
        assert!(mistake.contains("cannot each have an address of their own"), "{mistake}");
        assert!(mistake.contains("counts.yaml:4:19"), "{mistake}");
    }
}

const PYTHON: &str = r#"
import sys
sys.path.insert(0, sys.argv[1])
from fobwatch import Adapter, environment, reply
adapter, run = Adapter("Told"), {}

@adapter.on_hello
def hello(told):
    run.update(told)

@adapter.on("probe")
def probe(args, scope):
    told = {"address": scope.address, "environment": environment(run)}
    return reply("done", native={"status": 200, "body": told})

adapter.run()
"#;

const JAVASCRIPT: &str = r#"
const { Adapter, environment, reply } = await import(process.argv[2] + "/fobwatch.mjs");
const adapter = new Adapter("Told");
let run = {};
adapter.onHello((told) => { run = told; });
adapter.on("probe", async (args, scope) => {
  const told = { address: scope.address, environment: environment(run) };
  return reply("done", { native: { status: 200, body: told } });
});
adapter.run([]);
"#;

#[tokio::test]
async fn adapters_are_told_the_address_and_the_environment_in_each_language() {
    let (folder, post) = (tempfile::tempdir().expect("a folder"), stage::post().await);
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("adapters/sdk");
    for (program, name, text) in
        [(python(), "told.py", PYTHON), ("node".to_owned(), "told.mjs", JAVASCRIPT)]
    {
        let script = folder.path().join(name);
        std::fs::write(&script, text).expect("written");
        let against = format!("exec:{program} '{}' '{}'", script.display(), sdk.display());
        let gateways = Some(post.office.endpoints.clone());
        let briefing = Briefing { seed: 1, gateways, ..Briefing::default() };
        let host = adapters::open_with(&against, briefing).await;
        let host = host.unwrap_or_else(|error| panic!("{error}"));
        let subject = scenario(&*host, 5).await;
        let told = subject.ask("main", &Operation::Probe).await.expect("answered").shown;
        let told: Value = serde_json::from_str(&told).expect("JSON");
        let detour = post.office.endpoints.detour.as_ref().expect("a detour");
        let proxy = json!(detour.proxy_url);
        assert_eq!(told["environment"]["HTTPS_PROXY"], proxy, "{name}: {told}");
        assert_eq!(told["environment"]["SSL_CERT_FILE"], json!(detour.ca_file), "{name}");
        let (main, other) = (address(&*subject, "main").await, address(&*subject, "other").await);
        assert!(main.is_loopback() && main != other, "{name}: {main}, {other}");
        let told = subject.ask("harness", &Operation::Probe).await.expect("answered").shown;
        let told: Value = serde_json::from_str(&told).expect("JSON");
        assert!(told["address"].is_null(), "{name}: {told}");
        host.close().await;
    }
}
