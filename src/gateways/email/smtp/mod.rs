//! An SMTP server session (RFC 5321) without socket or clock.
//!
//! It announces what it does and does what it announces: PIPELINING (RFC 2920), SIZE (RFC 1870),
//! 8BITMIME (RFC 6152), SMTPUTF8 (RFC 6531), ENHANCEDSTATUSCODES (RFC 2034), AUTH PLAIN and LOGIN
//! (RFC 4954, RFC 4616). There is no STARTTLS: the gateway lives on loopback. Any credentials are
//! taken, for the same reason, and forgotten at once.
//!
//! Where servers differ it takes the strict side, so that a sender learns here what others refuse:
//! only CRLF ends a line and only CRLF.CRLF ends a mail (RFC 5321 §2.3.8), bare CR or LF and NUL are
//! refused, text lines end after 1000 octets. Two leniencies that nearly every
//! server has: 8-bit text is taken without `BODY=8BITMIME`, and a space before `<` of a path.
//!
//! Not taken are address literals (`user@[192.0.2.1]`) and local parts that need quotes for a space:
//! [`crate::domain::Mailbox`] has no such addresses.

mod auth;
mod command;
mod data;
mod lines;
mod response;
mod session;

pub use session::Server;

use crate::gateways::Session;

/// The name by which the server greets; nobody can own it (RFC 6761 §6.2).
pub const HOST: &str = "gateway.test";

/// What one session takes before it refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Octets of one mail, as announced by SIZE.
    pub size: usize,
    /// Recipients of one mail. RFC 5321 §4.5.3.1.8 demands at least 100.
    pub recipients: usize,
    /// Refused commands since the last accepted mail, before the session ends with 421.
    pub errors: usize,
}

impl Default for Limits {
    /// 1 MiB, for a mail with a code is some KiB even with a logo in it, and each of its recipients
    /// gets a copy; 100 recipients, the least a server may take; 20 errors, more than a person makes
    /// by hand and fewer than a program in a loop makes in a second.
    fn default() -> Self {
        Self { size: 1 << 20, recipients: 100, errors: 20 }
    }
}

/// A session with the default [`Limits`].
#[must_use]
pub fn open() -> Box<dyn Session> {
    Box::new(Server::new(Limits::default()))
}
