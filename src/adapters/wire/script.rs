//! Requests as texts and slots, and who tells what their answers mean.

use super::Answer;
use crate::domain::Reply;
use crate::domain::operation::OperationKind;
use crate::subject::AskError;
use std::io::Write;
use std::net::Ipv4Addr;
use std::time::Duration;

/// The length stands before the body and is known after it: room is left for it.
const LENGTH: &[u8] = b"content-length:           \r\n\r\n";

/// How much room.
const DIGITS: usize = 10;

/// What differs from one visit to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::adapters) enum Slot {
    /// The user name.
    User,
    /// The password.
    Password,
    /// The code.
    Code,
}

/// How a value is written where its slot is.
#[derive(Clone, Copy)]
pub(in crate::adapters) struct Encoding(pub(in crate::adapters) fn(&str) -> String);

/// A part of a request.
pub(in crate::adapters) enum Piece {
    /// As it is.
    Text(Vec<u8>),
    /// A value, put in when it is sent.
    Slot(Slot, Encoding),
}

/// Who sends a request.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// The user name.
    pub user: &'a str,
    /// The password.
    pub password: &'a str,
    /// The code.
    pub code: &'a str,
}

/// One request of a visit.
pub struct Compiled {
    pub(super) kind: OperationKind,
    /// From the request line to the last header, with its line end.
    head: Vec<Piece>,
    body: Option<Vec<Piece>>,
}

/// What a visit sends, and where to.
pub struct Script {
    pub(super) host: String,
    pub(super) port: u16,
    /// Where connections come from, one after the other; from anywhere if there are none.
    pub(super) sources: Vec<Ipv4Addr>,
    pub(super) timeout: Duration,
    pub(super) requests: Vec<Compiled>,
    pub(super) judge: Box<dyn Judge>,
}

/// Tells what answers mean.
pub(in crate::adapters) trait Judge: Send + Sync {
    /// What `answer` to the request number `request` means.
    fn means(&self, request: usize, answer: &Answer<'_>) -> Result<Reply, AskError>;

    /// Whether that may depend on headers.
    fn reads_headers(&self) -> bool;
}

impl Script {
    /// A script for the server at `host` and `port`, each of whose answers may take `timeout`.
    pub(in crate::adapters) fn new(
        (host, port): (String, u16),
        timeout: Duration,
        requests: Vec<Compiled>,
        judge: Box<dyn Judge>,
    ) -> Self {
        Self { host, port, sources: Vec::new(), timeout, requests, judge }
    }

    /// The same from these addresses of ours, so that a server that counts by address does not take
    /// all people for one.
    pub(in crate::adapters) fn from(self, sources: Vec<Ipv4Addr>) -> Self {
        Self { sources, ..self }
    }

    /// The operations of a visit, in their order.
    pub fn kinds(&self) -> impl Iterator<Item = OperationKind> {
        self.requests.iter().map(|request| request.kind)
    }
}

impl Compiled {
    /// A request of the operation `kind`; `head` ends with a line end, and neither holds the length.
    pub(in crate::adapters) fn new(
        kind: OperationKind,
        head: Vec<Piece>,
        body: Option<Vec<Piece>>,
    ) -> Self {
        Self { kind, head, body }
    }

    /// Writes it as `sender` would send it, with `cookies` if there are any.
    pub(super) fn write(&self, sender: Sender<'_>, cookies: &[u8], out: &mut Vec<u8>) {
        for piece in &self.head {
            piece.write(sender, out);
        }
        if !cookies.is_empty() {
            out.extend_from_slice(b"cookie: ");
            out.extend_from_slice(cookies);
            out.extend_from_slice(b"\r\n");
        }
        let Some(body) = &self.body else {
            return out.extend_from_slice(b"\r\n");
        };
        let length = out.len() + LENGTH.len() - b"\r\n\r\n".len() - DIGITS;
        out.extend_from_slice(LENGTH);
        let start = out.len();
        for piece in body {
            piece.write(sender, out);
        }
        let count = out.len() - start;
        // Writing where there is room cannot fail, and no body has ten digits.
        let _ = write!(&mut out[length..length + DIGITS], "{count:>DIGITS$}");
    }
}

impl Piece {
    fn write(&self, sender: Sender<'_>, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => out.extend_from_slice(text),
            Self::Slot(slot, Encoding(encode)) => {
                let value = match slot {
                    Slot::User => sender.user,
                    Slot::Password => sender.password,
                    Slot::Code => sender.code,
                };
                // What every encoding leaves as it is.
                let plain =
                    |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
                if value.bytes().all(plain) {
                    out.extend_from_slice(value.as_bytes());
                } else {
                    out.extend_from_slice(encode(value).as_bytes());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Compiled, Encoding, Piece, Sender, Slot};
    use crate::domain::operation::OperationKind;

    fn text(text: &str) -> Piece {
        Piece::Text(text.as_bytes().to_vec())
    }

    #[test]
    fn a_request_is_put_together_with_its_length_and_its_cookies() {
        let quoted = Encoding(|value| value.replace('"', "\\\""));
        let body = vec![text("{\"u\":\""), Piece::Slot(Slot::User, quoted), text("\"}")];
        let head = vec![text("POST /v HTTP/1.1\r\nhost: h\r\n")];
        let request = Compiled::new(OperationKind::SubmitCode, head, Some(body));
        let written = |user, cookies: &[u8]| {
            let mut out = Vec::new();
            request.write(Sender { user, password: "", code: "" }, cookies, &mut out);
            String::from_utf8(out).expect("text")
        };
        let plain =
            "POST /v HTTP/1.1\r\nhost: h\r\ncontent-length:         11\r\n\r\n{\"u\":\"ada\"}";
        assert_eq!(written("ada", b""), plain);
        let other = written("a\"a", b"s=1");
        assert!(
            other.ends_with("cookie: s=1\r\ncontent-length:         12\r\n\r\n{\"u\":\"a\\\"a\"}")
        );
    }
}
