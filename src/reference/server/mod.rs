//! The server's sockets: a JSON API, the device protocol and HTML pages over one core.

mod api;
mod device;
mod portal;
mod visitor;

use super::Reference;
use axum::Router;
use axum::body::{Body, Bytes};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinHandle, JoinSet};

/// Connections at a time; the next one waits in the listener's queue. A load test opens a few
/// hundred, and each costs little more than its buffers.
const MOST_CONNECTIONS: usize = 512;

/// How long a client may take to send a request's head, idle time before it included.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);

/// How long a client may take to send a request's body.
const BODY_PATIENCE: Duration = Duration::from_secs(10);

/// The largest body read, in bytes: a certificate request fits several times.
const LONGEST_BODY: usize = 64 * 1024;

/// A listening reference server. It ends when it is stopped or dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

/// What every handler shares.
#[derive(Debug)]
struct Site {
    reference: Arc<Reference>,
    /// Makes the CSRF token of a session; never leaves the server.
    csrf_key: [u8; 32],
}

impl Server {
    /// Listens at `listen` and serves `reference`. Port 0 takes any free port.
    ///
    /// # Errors
    /// When the address cannot be listened at.
    pub async fn start(reference: Arc<Reference>, listen: SocketAddr) -> io::Result<Self> {
        Self::serve(reference, TcpListener::bind(listen).await?)
    }

    /// Serves `reference` at a `listener` whose address had to be known before.
    ///
    /// # Errors
    /// When the listener does not know its address.
    pub fn serve(reference: Arc<Reference>, listener: TcpListener) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let csrf_key = reference.mint_key();
        let site = Arc::new(Site { reference, csrf_key });
        let routes =
            Router::new().merge(api::routes()).merge(device::routes()).merge(portal::routes());
        let accepting = tokio::spawn(accept(listener, routes.with_state(site)));
        Ok(Self { address, accepting })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops listening and closes all connections.
    pub async fn stop(mut self) {
        self.accepting.abort();
        // An aborted task has nothing more to say.
        let _aborted = (&mut self.accepting).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// The connections belong to this task, and end with it.
async fn accept(listener: TcpListener, routes: Router) {
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(serve(stream, routes.clone(), permit));
            }
            // Out of descriptors, or the peer left at once: others may still get in.
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

async fn serve(stream: TcpStream, routes: Router, permit: OwnedSemaphorePermit) {
    // Without it a small response may wait 40 ms for an acknowledgement; failing costs only that.
    let _delayed = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    // A broken connection is the client's business.
    let _closed = connection.await;
    drop(permit);
}

/// The whole body, or nothing if it is too long or too slow.
async fn read(body: Body) -> Option<Bytes> {
    tokio::time::timeout(BODY_PATIENCE, axum::body::to_bytes(body, LONGEST_BODY)).await.ok()?.ok()
}
