//! One connection and the visit that is under way on it.

use super::Answer;
use super::answer::{Reading, read};
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use socket2::{Domain, Socket, Type};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// More cookies than this no server sets.
const MAX_COOKIE_BYTES: usize = 16 * 1024;

/// A connection.
pub(super) struct Connection {
    stream: TcpStream,
    /// What has come of an answer that is not whole.
    come: Vec<u8>,
    /// What is to be sent, and how much of it has been.
    to_send: Vec<u8>,
    sent: usize,
    /// Since when it rests.
    pub(super) rests_since: Duration,
}

/// A visit under way.
pub(super) struct UnderWay<V> {
    pub(super) visit: V,
    /// The number of the request that is not answered yet.
    pub(super) request: usize,
    /// When that was sent.
    pub(super) asked: Duration,
    /// As the next request brings them along.
    pub(super) cookies: Vec<u8>,
}

impl<V> UnderWay<V> {
    /// A visit whose first request is about to be sent.
    pub(super) fn new(visit: V, now: Duration) -> Self {
        Self { visit, request: 0, asked: now, cookies: Vec::new() }
    }

    /// Keeps the cookies that `answer` sets, each by its name and for this visit.
    pub(super) fn keep_cookies(&mut self, answer: &Answer<'_>) {
        for header in answer.headers {
            if !header.name.eq_ignore_ascii_case("set-cookie") {
                continue;
            }
            let pair = header.value.split(|byte| *byte == b';').next().unwrap_or_default();
            if self.cookies.len() + pair.len() > MAX_COOKIE_BYTES {
                continue;
            }
            if !self.cookies.is_empty() {
                self.cookies.extend_from_slice(b"; ");
            }
            self.cookies.extend_from_slice(pair.trim_ascii());
        }
    }
}

/// What came of a look at the socket.
pub(super) enum Look<T> {
    /// Nothing that is whole.
    Nothing,
    /// An answer, and whether the connection may be used again.
    Answered(T, bool),
    /// The connection is of no use any more.
    Broken(String),
}

impl Connection {
    /// Begins to connect, from an address of ours if one is given.
    pub(super) fn open(
        (from, to): (Option<Ipv4Addr>, SocketAddr),
        registry: &Registry,
        token: Token,
    ) -> io::Result<Self> {
        let mut stream = match from {
            Some(from) if to.is_ipv4() => connected_from(from, to)?,
            Some(_) | None => TcpStream::connect(to)?,
        };
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        // It only costs time if it is not granted.
        let _ = stream.set_nodelay(true);
        let (come, to_send) = (Vec::new(), Vec::new());
        Ok(Self { stream, come, to_send, sent: 0, rests_since: Duration::ZERO })
    }

    /// Sends what `write` writes, as far as that goes at once.
    pub(super) fn ask(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), String> {
        self.come.clear();
        self.to_send.clear();
        self.sent = 0;
        write(&mut self.to_send);
        self.send()
    }

    /// Sends what is left to send, as far as that goes.
    pub(super) fn send(&mut self) -> Result<(), String> {
        while self.sent < self.to_send.len() {
            match self.stream.write(&self.to_send[self.sent..]) {
                Ok(0) => return Err("the connection takes nothing more".to_owned()),
                Ok(count) => self.sent += count,
                Err(error) if is_passing(&error) => return Ok(()),
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(())
    }

    /// Reads what there is, into `buffer` first; `take` is given the answer if that is whole.
    pub(super) fn look<T>(
        &mut self,
        buffer: &mut [u8],
        take: impl FnOnce(Answer<'_>) -> T,
    ) -> Look<T> {
        let mut is_over = false;
        loop {
            match self.stream.read(buffer) {
                Ok(0) => is_over = true,
                // The usual case: one answer, whole, and nothing before it.
                Ok(count) if self.come.is_empty() && count < buffer.len() => {
                    return self.taken(&buffer[..count], false, take);
                }
                Ok(count) => {
                    self.come.extend_from_slice(&buffer[..count]);
                    if count == buffer.len() {
                        continue;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Look::Nothing,
                Err(error) if error.kind() == io::ErrorKind::NotConnected => return Look::Nothing,
                Err(error) => return Look::Broken(error.to_string()),
            }
            let come = std::mem::take(&mut self.come);
            return self.taken(&come, is_over, take);
        }
    }

    fn taken<T>(
        &mut self,
        bytes: &[u8],
        is_over: bool,
        take: impl FnOnce(Answer<'_>) -> T,
    ) -> Look<T> {
        if is_over && bytes.is_empty() {
            return Look::Broken("the connection was closed without an answer".to_owned());
        }
        let read = read(bytes, is_over, |answer| {
            let is_kept = answer.is_kept && !is_over;
            (take(answer), is_kept)
        });
        match read {
            Ok(Reading::Whole((taken, is_kept))) => Look::Answered(taken, is_kept),
            Ok(Reading::Partial) => {
                self.come = bytes.to_vec();
                Look::Nothing
            }
            Err(why) => Look::Broken(why),
        }
    }

    /// Takes it off the list of what is watched.
    pub(super) fn close(mut self, registry: &Registry) {
        // It is closed by being dropped in any case.
        let _ = registry.deregister(&mut self.stream);
    }
}

/// A connection that has begun to be made.
fn connected_from(from: Ipv4Addr, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::from((from, 0)).into())?;
    match socket.connect(&to.into()) {
        Err(error) if !is_begun(&error) => Err(error),
        _ => Ok(TcpStream::from_std(socket.into())),
    }
}

/// Whether `error` says only that connecting takes its time.
fn is_begun(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) {
        return true;
    }
    error.kind() == io::ErrorKind::WouldBlock
}

fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, NotConnected, WouldBlock};
    matches!(error.kind(), Interrupted | NotConnected | WouldBlock)
}
