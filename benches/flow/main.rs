//! The five-request flow of a JSON server, played by a map and by Hurl side by side.
//!
//! This is the server, which costs neither of them anything worth counting; `compare.py` beside it
//! runs the two in turn against it and prints the table. `benches/flow/install` installs Hurl;
//! without it the table has our lines only.

#![allow(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to say")]

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::TcpListener;
use tokio::process::Command;

/// How often `/me` was asked: flows that came to their end.
#[derive(Default)]
struct Site {
    finished: AtomicU64,
}

const KEY: &str = "otpauth://totp/Flow:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Flow";

async fn create(Json(asked): Json<Value>) -> (StatusCode, Json<Value>) {
    (StatusCode::CREATED, Json(json!({ "id": asked["name"], "name": asked["name"] })))
}

async fn login(Json(asked): Json<Value>) -> Json<Value> {
    Json(json!({ "token": format!("token-{}", asked["id"].as_str().unwrap_or_default()) }))
}

async fn enroll() -> Json<Value> {
    Json(json!({ "uri": KEY, "test_code": "492039" }))
}

async fn verify(Json(asked): Json<Value>) -> Json<Value> {
    Json(json!({ "verified": asked["code"].as_str().is_some_and(|code| code.len() == 6) }))
}

async fn me(State(site): State<Arc<Site>>, headers: HeaderMap) -> Json<Value> {
    site.finished.fetch_add(1, Ordering::Relaxed);
    let token = headers.get("authorization").and_then(|value| value.to_str().ok());
    let id = token.and_then(|token| token.strip_prefix("Bearer token-")).unwrap_or_default();
    Json(json!({ "id": id, "mfa": !id.is_empty() }))
}

async fn finished(State(site): State<Arc<Site>>) -> String {
    site.finished.load(Ordering::Relaxed).to_string()
}

#[tokio::main]
async fn main() -> ExitCode {
    let router = Router::new()
        .route("/users", post(create))
        .route("/login", post(login))
        .route("/mfa/enroll", post(enroll))
        .route("/mfa/verify", post(verify))
        .route("/me", get(me))
        .route("/finished", get(finished))
        .with_state(Arc::new(Site::default()));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback is free");
    let port = listener.local_addr().expect("it is bound").port();
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/flow/compare.py");
    let status = Command::new("python3")
        .arg(script)
        .arg(port.to_string())
        .arg(env!("CARGO_BIN_EXE_fobwatch"))
        .status()
        .await
        .expect("python3 is there");
    serving.abort();
    if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
