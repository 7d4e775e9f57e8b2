//! An HTTP proxy that leads nowhere: a tunnel to a provider's host ends in our own TLS, and every
//! other wish is refused and noted. It never opens a connection.

use super::authority::Site;
use super::http::{plain, wire};
use super::{Rim, tls};
use crate::gateways::vendor::{self, Place, Wish};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpStream;

/// The tunnel that was granted on a connection, if any.
type Granted = Arc<Mutex<Option<(Site, OnUpgrade)>>>;

/// Serves wishes on `stream` until one is granted, and then what comes through the tunnel.
pub(super) async fn serve(stream: TcpStream, rim: Arc<Rim>) {
    let granted = Granted::default();
    negotiate(stream, &rim, &granted).await;
    let tunnel = granted.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some((site, upgrade)) = tunnel else { return };
    // It fails if the client has left already.
    if let Ok(tunnel) = upgrade.await {
        tls::serve_at(TokioIo::new(tunnel), rim, site).await;
    }
}

async fn negotiate(stream: TcpStream, rim: &Arc<Rim>, granted: &Granted) {
    let mut closing = rim.closing.subscribe();
    let service = service_fn(|request| {
        let response = respond(request, rim, granted);
        async move { Ok::<_, Infallible>(response) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(rim.patience.header)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        _ = closing.wait_for(|closing| *closing) => None,
    };
    // An error is the client's: nobody is left to be told.
    if ended.is_none() {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

fn respond(mut request: Request<Incoming>, rim: &Rim, granted: &Granted) -> Response<Full<Bytes>> {
    let refusal = match Wish::of(request.method(), request.uri()) {
        Wish::Tunnel(place) if place.is_stood_for() => {
            let tunnel = (Site::Vendor(place.host), hyper::upgrade::on(&mut request));
            *granted.lock().unwrap_or_else(PoisonError::into_inner) = Some(tunnel);
            return Response::new(Full::default());
        }
        Wish::Tunnel(place) => {
            rim.elsewhere.note(&place.to_string());
            refused(&place, "")
        }
        Wish::PassOn(place) => {
            rim.elsewhere.note(&format!("http://{place}"));
            refused(&place, " without TLS")
        }
        Wish::None => {
            let text = "this is a proxy: name it in HTTPS_PROXY, and do not ask it for pages\n";
            return wire(plain(400, text.to_owned()));
        }
    };
    wire(plain(403, refusal))
}

fn refused(place: &Place, how: &str) -> String {
    let known: Vec<&str> = vendor::patterns().collect();
    format!(
        "fobwatch does not lead to {place}{how}: its proxy reaches its own gateways and nothing \
         else. They stand for https://{}, each * being one label. Nothing was sent anywhere.\n",
        known.join(", https://")
    )
}
