//! The only sockets of the gateways: a listener for HTTP dialects, one for the same over TLS, a
//! proxy that leads to that one, and one for SMTP sessions.
//!
//! Everything a client can hold up is bounded: connections, handshakes, headers, bodies, silence,
//! writing.

mod authority;
mod http;
mod proxy;
mod session;
mod tls;

use super::inbox::Inbox;
use super::vendor::Elsewhere;
use super::window::Window;
use super::{Account, Session};
use authority::Authority;
use std::fmt;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempPath;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use url::Url;

/// The largest HTTP body a gateway reads, in bytes: an SMS is short, and providers cap far lower.
pub const BODY_LIMIT: usize = 256 * 1024;

/// How many connections the listeners for HTTP and SMTP serve at once, each; further ones wait in
/// the kernel's queue. All listeners together stay below the 1024 open files that many systems grant
/// a process.
pub const CONNECTION_LIMIT: usize = 256;

/// The same for the listeners for HTTPS and the proxy: one program uses them, and keeps its
/// connections.
pub const DETOUR_LIMIT: usize = 64;

/// How long [`Gateways::close`] lets connections finish what they are at.
const GRACE: Duration = Duration::from_secs(2);

/// How long accepting rests after an error such as too many open files, so that it does not spin.
const ACCEPT_REST: Duration = Duration::from_millis(50);

/// Who can reach the listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Programs on this machine; any other address is refused.
    #[default]
    LoopbackOnly,
    /// Whoever reaches the address: the messages and codes are then open to that network.
    Anywhere,
}

/// How long a client may take, in the machine's time, whatever the scenario's clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a TLS handshake from its first byte to its last.
    pub handshake: Duration,
    /// For the whole header of an HTTP request.
    pub header: Duration,
    /// For the whole body of an HTTP request.
    pub body: Duration,
    /// Between two bytes of a session.
    pub idle: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let [handshake, header, body, idle] = [10, 10, 30, 60].map(Duration::from_secs);
        Self { handshake, header, body, idle }
    }
}

/// Where and how to listen.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the HTTP dialects listen; port 0 lets the system choose.
    pub http: SocketAddr,
    /// Where SMTP listens; port 0 lets the system choose.
    pub smtp: SocketAddr,
    /// Where the HTTP dialects listen over TLS; port 0 lets the system choose.
    pub https: SocketAddr,
    /// Where the proxy listens; port 0 lets the system choose.
    pub proxy: SocketAddr,
    /// The credentials that the dialects ask for.
    pub account: Account,
    /// Who can reach the listeners.
    pub reach: Reach,
    /// How long a client may take.
    pub patience: Patience,
    /// Whether received messages can be looked at over HTTP.
    pub window: Window,
}

impl Settings {
    /// Free ports on 127.0.0.1 and default patience.
    #[must_use]
    pub fn loopback(account: Account) -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let (reach, patience) = (Reach::default(), Patience::default());
        let window = Window::Closed;
        Self { http: any, smtp: any, https: any, proxy: any, account, reach, patience, window }
    }
}

/// Where the gateways are reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// The base URL for SMS SDKs: scheme, host and port, path `/`.
    pub sms: Url,
    /// Host and port for SMTP, without TLS.
    pub smtp: SocketAddr,
    /// The same base URL over TLS, with a certificate of [`Gateways::ca_file`].
    pub https: Url,
    /// The URL of the proxy, through which providers' own hosts are found here and no other is.
    pub proxy: Url,
}

/// What one connection needs to know.
struct Rim {
    inbox: Arc<Inbox>,
    account: Account,
    patience: Patience,
    window: Window,
    sessions: Box<dyn Fn() -> Box<dyn Session> + Send + Sync>,
    authority: Authority,
    /// Where clients wanted to go that no dialect stands for.
    elsewhere: Elsewhere,
    /// Becomes true once, when the gateways close.
    closing: watch::Sender<bool>,
}

/// Open gateways. Dropping them ends every connection at once.
pub struct Gateways {
    addresses: Addresses,
    rim: Arc<Rim>,
    listeners: Vec<JoinHandle<()>>,
    /// Removed when this is dropped.
    ca_file: TempPath,
}

impl Gateways {
    /// Binds all listeners and serves until [`Gateways::close`] or drop; `sessions` makes the
    /// state machine of one SMTP connection.
    ///
    /// # Errors
    /// An address that [`Settings::reach`] does not allow, or that cannot be bound; no place for
    /// the authority's certificate.
    pub async fn open(
        settings: Settings,
        inbox: Arc<Inbox>,
        sessions: impl Fn() -> Box<dyn Session> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let http = bind(settings.http, settings.reach).await?;
        let smtp = bind(settings.smtp, settings.reach).await?;
        let https = bind(settings.https, settings.reach).await?;
        let proxy = bind(settings.proxy, settings.reach).await?;
        let addresses = Addresses {
            sms: url("http", &http)?,
            smtp: smtp.local_addr()?,
            https: url("https", &https)?,
            proxy: url("http", &proxy)?,
        };
        let authority = Authority::new().map_err(io::Error::other)?;
        let ca_file = filed(authority.pem())?;
        let rim = Arc::new(Rim {
            inbox,
            account: settings.account,
            patience: settings.patience,
            window: settings.window,
            sessions: Box::new(sessions),
            authority,
            elsewhere: Elsewhere::default(),
            closing: watch::Sender::new(false),
        });
        let listeners = vec![
            tokio::spawn(accept(http, CONNECTION_LIMIT, Arc::clone(&rim), http::serve)),
            tokio::spawn(accept(smtp, CONNECTION_LIMIT, Arc::clone(&rim), session::serve)),
            tokio::spawn(accept(https, DETOUR_LIMIT, Arc::clone(&rim), tls::serve)),
            tokio::spawn(accept(proxy, DETOUR_LIMIT, Arc::clone(&rim), proxy::serve)),
        ];
        Ok(Self { addresses, rim, listeners, ca_file })
    }

    /// The file with the certificate of the authority, in PEM, that a client of
    /// [`Addresses::https`] or [`Addresses::proxy`] must trust. It is valid from 2000 to 2100,
    /// readable for this user alone, and gone with the gateways.
    #[must_use]
    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    /// Where clients wanted to go that no dialect stands for.
    #[must_use]
    pub fn elsewhere(&self) -> &Elsewhere {
        &self.rim.elsewhere
    }

    /// Where the gateways are reached.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// The credentials that the dialects ask for.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.rim.account
    }

    /// Stops accepting, lets requests under way finish for a short while, and ends the rest.
    pub async fn close(mut self) {
        self.rim.closing.send_replace(true);
        for mut listener in std::mem::take(&mut self.listeners) {
            if tokio::time::timeout(GRACE, &mut listener).await.is_err() {
                listener.abort();
            }
        }
    }
}

impl Drop for Gateways {
    fn drop(&mut self) {
        for listener in &self.listeners {
            listener.abort();
        }
    }
}

impl fmt::Debug for Gateways {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateways").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

async fn bind(address: SocketAddr, reach: Reach) -> io::Result<TcpListener> {
    if reach == Reach::LoopbackOnly && !address.ip().is_loopback() {
        let why = format!("{address} is no loopback address, and only those are allowed");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    }
    TcpListener::bind(address).await
}

fn url(scheme: &str, listener: &TcpListener) -> io::Result<Url> {
    Url::parse(&format!("{scheme}://{}", listener.local_addr()?))
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
}

/// A new file with the certificate `pem`.
fn filed(pem: &str) -> io::Result<TempPath> {
    let mut file = tempfile::Builder::new().prefix("fobwatch-ca-").suffix(".pem").tempfile()?;
    file.write_all(pem.as_bytes())?;
    Ok(file.into_temp_path())
}

/// Accepts until the gateways close, then waits for the connections that are still open. They are
/// owned here: when this task is aborted they end too.
async fn accept<F>(
    listener: TcpListener,
    at_once: usize,
    rim: Arc<Rim>,
    serve: fn(TcpStream, Arc<Rim>) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(at_once));
    let mut connections = JoinSet::new();
    let mut closing = rim.closing.subscribe();
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            _ = closing.wait_for(|closing| *closing) => break,
            accepted = next(&listener, &slots) => accepted,
        };
        match accepted {
            Ok((stream, slot)) => {
                let served = serve(stream, Arc::clone(&rim));
                connections.spawn(async move {
                    served.await;
                    drop(slot);
                });
            }
            Err(_) => tokio::time::sleep(ACCEPT_REST).await,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn next(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    // A reply is one small packet that a client waits for: never hold it back to fill a segment.
    stream.set_nodelay(true)?;
    Ok((stream, slot))
}
