//! TLS in front of the HTTP dialects: a client is shown a certificate for the name that it asks
//! for, if a dialect stands for that.

use super::authority::Site;
use super::{Rim, http};
use crate::gateways::vendor;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

/// The fatal alert `unrecognized_name` as a record (RFC 8446 §6.2, RFC 6066 §3): what a client
/// with a wrong name is told in place of a certificate.
const UNRECOGNISED_NAME: [u8; 7] = [21, 3, 3, 0, 2, 2, 112];

/// Serves a client that came straight to the HTTPS listener.
pub(super) async fn serve(stream: TcpStream, rim: Arc<Rim>) {
    serve_at(stream, rim, Site::Ours).await;
}

/// Serves a client that is at `site`, unless it names a provider's host.
pub(super) async fn serve_at<S>(stream: S, rim: Arc<Rim>, site: Site)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut closing = rim.closing.subscribe();
    let shaken = tokio::select! {
        shaken = timeout(rim.patience.handshake, shake_hands(stream, &rim, site)) => shaken,
        _ = closing.wait_for(|closing| *closing) => return,
    };
    // Whoever is too slow, speaks no TLS or does not trust us has been told so as far as TLS can.
    if let Ok(Ok(Some((stream, site)))) = shaken {
        http::serve_at(stream, rim, site).await;
    }
}

/// The encrypted stream and where its client believes to be; none if that is nowhere of ours.
async fn shake_hands<S>(
    stream: S,
    rim: &Rim,
    otherwise: Site,
) -> io::Result<Option<(TlsStream<S>, Site)>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let acceptor = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream);
    let mut start = acceptor.await?;
    let named = start.client_hello().server_name().map(str::to_ascii_lowercase);
    let site = match named {
        None => otherwise,
        Some(name) if vendor::is_stood_for(&name) => Site::Vendor(name),
        Some(name) if name == "localhost" && otherwise == Site::Ours => Site::Ours,
        Some(name) => {
            rim.elsewhere.note(&name);
            start.io.write_all(&UNRECOGNISED_NAME).await?;
            start.io.shutdown().await?;
            return Ok(None);
        }
    };
    let config = rim.authority.server(&site).map_err(io::Error::other)?;
    Ok(Some((start.into_stream(config).await?, site)))
}
