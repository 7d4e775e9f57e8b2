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
    Router::new().route("/device/about", get(about)).route("/device/activate", post(activate))
}

async fn about(State(site): State<Arc<Site>>) -> Response {
    answer(site.reference.about_device())
}

async fn activate(State(site): State<Arc<Site>>, request: Request<Body>) -> Response {
    let body = read(request.into_body()).await;
    // What is no JSON is malformed, which the core says of null too.
    let body = body.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or(Value::Null);
    answer(site.reference.activate_device(&body).await)
}

fn answer(reply: NetworkReply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CACHE_CONTROL, "no-store")], Json(reply.body)).into_response()
}
