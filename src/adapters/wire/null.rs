//! A server that does nothing: answers every request alike, so that what is measured in front of it
//! is the generator.

use super::answer::MAX_HEAD_BYTES;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token, Waker};
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// Connections at most.
const MOST: usize = 4096;

const LISTENER: Token = Token(usize::MAX);
const ENDING: Token = Token(usize::MAX - 1);

/// What it answers.
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
    content-length: 13\r\n\r\n{\"ok\": true }";

/// A server that does nothing, on a thread of its own.
pub struct NullServer {
    address: SocketAddr,
    ends: Arc<AtomicBool>,
    waker: Waker,
    serving: Option<JoinHandle<io::Result<()>>>,
}

impl NullServer {
    /// Listens at a free port of loopback.
    ///
    /// # Errors
    /// Why this machine gives no sockets.
    pub fn start() -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let address = listener.local_addr()?;
        poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
        let waker = Waker::new(poll.registry(), ENDING)?;
        let ends = Arc::new(AtomicBool::new(false));
        let ending = Arc::clone(&ends);
        let serving = std::thread::spawn(move || serve(poll, &listener, &ending));
        Ok(Self { address, ends, waker, serving: Some(serving) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for NullServer {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Release);
        // A thread that cannot be woken ends with the process.
        if self.waker.wake().is_ok()
            && let Some(serving) = self.serving.take()
        {
            let _whatever_it_was = serving.join();
        }
    }
}

/// A connection, and what has come of a request that is not whole.
struct Guest {
    stream: TcpStream,
    come: Vec<u8>,
}

fn serve(mut poll: Poll, listener: &TcpListener, ends: &AtomicBool) -> io::Result<()> {
    let mut events = Events::with_capacity(1024);
    let mut guests: Vec<Option<Guest>> = Vec::new();
    let mut buffer = vec![0; 16 * 1024];
    while !ends.load(Ordering::Acquire) {
        match poll.poll(&mut events, None) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        }
        for event in &events {
            if event.token() == LISTENER {
                welcome(&poll, listener, &mut guests)?;
            } else if let Some(place) = guests.get_mut(event.token().0)
                && let Some(guest) = place
                && guest.attend(&mut buffer).is_none()
            {
                *place = None;
            }
        }
    }
    Ok(())
}

fn welcome(poll: &Poll, listener: &TcpListener, guests: &mut Vec<Option<Guest>>) -> io::Result<()> {
    loop {
        let mut stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(_) => continue,
        };
        let free = guests.iter().position(Option::is_none).unwrap_or(guests.len());
        if free >= MOST {
            continue;
        }
        let _ = stream.set_nodelay(true);
        poll.registry().register(&mut stream, Token(free), Interest::READABLE)?;
        let guest = Some(Guest { stream, come: Vec::new() });
        if free == guests.len() { guests.push(guest) } else { guests[free] = guest }
    }
}

impl Guest {
    /// Answers what has come whole; nothing if the connection is over.
    fn attend(&mut self, buffer: &mut [u8]) -> Option<()> {
        loop {
            let count = match self.stream.read(buffer) {
                Ok(0) => return None,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Some(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return None,
            };
            self.come.extend_from_slice(&buffer[..count]);
            while let Request::Whole(used) = request(&self.come)? {
                // An answer fits into the buffer of any socket; whoever does not read it goes.
                let sent = self.stream.write(ANSWER).ok()?;
                if sent < ANSWER.len() {
                    return None;
                }
                self.come.drain(..used);
            }
            if count < buffer.len() {
                return Some(());
            }
        }
    }
}

/// How far a request has come.
enum Request {
    Partial,
    /// It is whole, and so long.
    Whole(usize),
}

/// The request at the start of `bytes`; nothing if it is none.
fn request(bytes: &[u8]) -> Option<Request> {
    if bytes.is_empty() {
        return Some(Request::Partial);
    }
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut request = httparse::Request::new(&mut headers);
    let head = match request.parse(bytes).ok()? {
        httparse::Status::Complete(head) => head,
        httparse::Status::Partial => {
            return (bytes.len() <= MAX_HEAD_BYTES).then_some(Request::Partial);
        }
    };
    let named = |header: &&httparse::Header<'_>| header.name.eq_ignore_ascii_case("content-length");
    let length = match request.headers.iter().find(named) {
        Some(header) => std::str::from_utf8(header.value).ok()?.trim().parse().ok()?,
        None => 0_usize,
    };
    let (is_borne, is_whole) = (length <= MAX_HEAD_BYTES, bytes.len() >= head + length);
    let request = if is_whole { Request::Whole(head + length) } else { Request::Partial };
    is_borne.then_some(request)
}
