//! The only sockets of the gateways: one listener for HTTP dialects, one for SMTP sessions.
//!
//! Everything a client can hold up is bounded: connections, headers, bodies, silence, writing.

mod http;
mod session;

use super::inbox::Inbox;
use super::window::Window;
use super::{Account, Session};
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use url::Url;

/// The largest HTTP body a gateway reads, in bytes: an SMS is short, and providers cap far lower.
pub const BODY_LIMIT: usize = 256 * 1024;

/// How many connections each listener serves at once; further ones wait in the kernel's queue.
/// Both listeners together stay below the 1024 open files that many systems grant a process.
pub const CONNECTION_LIMIT: usize = 256;

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
    /// For the whole header of an HTTP request.
    pub header: Duration,
    /// For the whole body of an HTTP request.
    pub body: Duration,
    /// Between two bytes of a session.
    pub idle: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let [header, body, idle] = [10, 30, 60].map(Duration::from_secs);
        Self { header, body, idle }
    }
}

/// Where and how to listen.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the HTTP dialects listen; port 0 lets the system choose.
    pub http: SocketAddr,
    /// Where SMTP listens; port 0 lets the system choose.
    pub smtp: SocketAddr,
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
        Self { http: any, smtp: any, account, reach, patience, window: Window::Closed }
    }
}

/// Where the gateways are reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// The base URL for SMS SDKs: scheme, host and port, path `/`.
    pub sms: Url,
    /// Host and port for SMTP, without TLS.
    pub smtp: SocketAddr,
}

/// What one connection needs to know.
struct Rim {
    inbox: Arc<Inbox>,
    account: Account,
    patience: Patience,
    window: Window,
    sessions: Box<dyn Fn() -> Box<dyn Session> + Send + Sync>,
    /// Becomes true once, when the gateways close.
    closing: watch::Sender<bool>,
}

/// Open gateways. Dropping them ends every connection at once.
pub struct Gateways {
    addresses: Addresses,
    rim: Arc<Rim>,
    listeners: Vec<JoinHandle<()>>,
}

impl Gateways {
    /// Binds both listeners and serves until [`Gateways::close`] or drop; `sessions` makes the
    /// state machine of one SMTP connection.
    ///
    /// # Errors
    /// An address that [`Settings::reach`] does not allow, or that cannot be bound.
    pub async fn open(
        settings: Settings,
        inbox: Arc<Inbox>,
        sessions: impl Fn() -> Box<dyn Session> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let http = bind(settings.http, settings.reach).await?;
        let smtp = bind(settings.smtp, settings.reach).await?;
        let sms = Url::parse(&format!("http://{}", http.local_addr()?))
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let addresses = Addresses { sms, smtp: smtp.local_addr()? };
        let rim = Arc::new(Rim {
            inbox,
            account: settings.account,
            patience: settings.patience,
            window: settings.window,
            sessions: Box::new(sessions),
            closing: watch::Sender::new(false),
        });
        let listeners = vec![
            tokio::spawn(accept(http, Arc::clone(&rim), http::serve)),
            tokio::spawn(accept(smtp, Arc::clone(&rim), session::serve)),
        ];
        Ok(Self { addresses, rim, listeners })
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

/// Accepts until the gateways close, then waits for the connections that are still open. They are
/// owned here: when this task is aborted they end too.
async fn accept<F>(listener: TcpListener, rim: Arc<Rim>, serve: fn(TcpStream, Arc<Rim>) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(CONNECTION_LIMIT));
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
