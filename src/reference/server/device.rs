//! The device protocol over HTTP.

use super::{Site, read};
use crate::tokens::NetworkReply;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/device/about", get(about))
        .route("/device/activate", post(activate))
        .route("/device/push/pending", post(pending_push))
        .route("/device/push/answer", post(answer_push))
}

async fn about(State(site): State<Arc<Site>>) -> Response {
    answer(site.reference.about_device())
}

async fn activate(State(site): State<Arc<Site>>, request: Request<Body>) -> Response {
    answer(site.reference.activate_device(&json(request).await).await)
}

async fn pending_push(State(site): State<Arc<Site>>, request: Request<Body>) -> Response {
    answer(site.reference.pending_push(&json(request).await))
}

async fn answer_push(State(site): State<Arc<Site>>, request: Request<Body>) -> Response {
    answer(site.reference.answer_push(&json(request).await).await)
}

/// The body; null if it is no JSON, which the core says is malformed.
async fn json(request: Request<Body>) -> Value {
    let body = read(request.into_body()).await;
    body.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or(Value::Null)
}

fn answer(reply: NetworkReply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CACHE_CONTROL, "no-store")], Json(reply.body)).into_response()
}
