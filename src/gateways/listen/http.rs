//! One HTTP connection: bytes in, the dialect that owns the path, bytes out.

use super::authority::Site;
use super::{BODY_LIMIT, Rim};
use crate::gateways::inbox::{Handover, Line};
use crate::gateways::sms::DIALECTS;
use crate::gateways::vendor;
use crate::gateways::window::{self, Window};
use crate::gateways::{Dialect, HttpRequest, HttpResponse};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::pin::pin;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// Serves requests of a client that came straight to the HTTP listener.
pub(super) async fn serve(stream: TcpStream, rim: Arc<Rim>) {
    serve_at(stream, rim, Site::Ours).await;
}

/// Serves requests on `stream`, whose client believes to be at `site`, until it ends it, is too
/// slow, or the gateways close.
pub(super) async fn serve_at<S>(stream: S, rim: Arc<Rim>, site: Site)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut closing = rim.closing.subscribe();
    let header_patience = rim.patience.header;
    let service = service_fn(move |request| {
        let (rim, site) = (Arc::clone(&rim), site.clone());
        async move { respond(request, &rim, &site).await.map(wire).ok_or(Cut) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_patience)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        _ = closing.wait_for(|closing| *closing) => None,
    };
    // An error here is the client's: it hung up, was too slow or spoke no HTTP. Nobody is left to
    // be told.
    if ended.is_none() {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

/// The connection is closed without a response, because a scenario wants it.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed on order")]
struct Cut;

/// The response; none if the connection is to be closed.
async fn respond(request: Request<Incoming>, rim: &Rim, site: &Site) -> Option<HttpResponse> {
    let (dialect, request) = match receive(request, rim, site).await {
        Ok(received) => received,
        Err(response) => return Some(response),
    };
    let outcome = match dialect.read(&request, &rim.account) {
        Ok(message) => {
            let Handover { outcome, line } = rim.inbox.hand_over(message);
            match line {
                Line::Open => {}
                // Real time: it is a real client that waits.
                Line::Slow(by) => tokio::time::sleep(by).await,
                Line::Cut => return None,
            }
            outcome
        }
        Err(refusal) => Err(refusal),
    };
    Some(dialect.answer(&rim.account, &outcome))
}

/// A whole request and the dialect whose it is, or what is answered instead.
async fn receive(
    request: Request<Incoming>,
    rim: &Rim,
    site: &Site,
) -> Result<(&'static dyn Dialect, HttpRequest), HttpResponse> {
    let (parts, body) = request.into_parts();
    let looks_in = rim.window == Window::Open && *site == Site::Ours;
    if looks_in && parts.uri.path().starts_with(window::PATH) {
        // What the window shows is an answer already: no dialect is asked.
        return Err(window::look(&plain_request(&parts, &Bytes::new()), &rim.inbox));
    }
    let Some(dialect) = dialects(site).find(|dialect| dialect.owns(parts.uri.path())) else {
        let spoken: Vec<&str> = dialects(site).map(Dialect::name).collect();
        let path = parts.uri.path();
        let spoken = spoken.join(", ");
        return Err(plain(404, format!("no provider has {path}; spoken here: {spoken}\n")));
    };
    let bounded = Limited::new(body, BODY_LIMIT).collect();
    let body = match tokio::time::timeout(rim.patience.body, bounded).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            return Err(plain(413, format!("a body has at most {BODY_LIMIT} bytes\n")));
        }
        Ok(Err(_)) => return Err(plain(400, "the body cannot be read\n".to_owned())),
        Err(_) => return Err(plain(408, "the body took too long\n".to_owned())),
    };
    Ok((dialect, plain_request(&parts, &body)))
}

/// The dialects that are spoken at `site`.
fn dialects(site: &Site) -> impl Iterator<Item = &'static dyn Dialect> {
    DIALECTS.iter().copied().filter(move |dialect| match site {
        Site::Ours => true,
        Site::Vendor(host) => dialect.hosts().iter().any(|pattern| vendor::fits(pattern, host)),
    })
}

fn plain_request(parts: &Parts, body: &Bytes) -> HttpRequest {
    let headers = parts.headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    HttpRequest {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body: body.to_vec(),
    }
}

pub(super) fn plain(status: u16, text: String) -> HttpResponse {
    let headers = vec![("content-type", "text/plain; charset=utf-8".to_owned())];
    HttpResponse { status, headers, body: text.into_bytes() }
}

/// A dialect's response as hyper sends it. A header that HTTP cannot carry is left out.
pub(super) fn wire(response: HttpResponse) -> Response<Full<Bytes>> {
    let mut wired = Response::new(Full::new(Bytes::from(response.body)));
    *wired.status_mut() =
        StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value))
        {
            wired.headers_mut().append(name, value);
        }
    }
    wired
}
