//! Open gateways in front of an inbox with one open box, for the tests that need sockets.

#![allow(clippy::expect_used, reason = "a test fails by saying what it expected")]

use fobwatch::adapters::Detour;
use fobwatch::domain::{Clock, Message, Moment, PhoneNumber, Recipient, VirtualClock};
use fobwatch::gateways::email::smtp;
use fobwatch::gateways::inbox::Inbox;
use fobwatch::gateways::listen::{Gateways, Patience, Settings};
use fobwatch::gateways::{Account, Session};
use std::sync::Arc;
use std::time::Duration;

/// The account of the recorded requests.
pub(crate) fn account() -> Account {
    Account { id: format!("AC{}", "0".repeat(32)), token: "authtoken".into() }
}

/// The recipient with the `ordinal`-th number for fiction.
pub(crate) fn phone(ordinal: u32) -> Recipient {
    Recipient::Phone(PhoneNumber::fictional(ordinal))
}

/// The mailbox of the mail clients' recipient.
pub(crate) fn mailbox() -> Recipient {
    Recipient::Mailbox("ada@mail.test".parse().expect("a mailbox"))
}

/// Gateways on free ports, and the inbox behind them with boxes for [`phone`] 7 and [`mailbox`].
pub(crate) struct Rig {
    pub(crate) gateways: Gateways,
    pub(crate) inbox: Arc<Inbox>,
}

impl Rig {
    pub(crate) async fn open() -> Self {
        Self::with(Settings::loopback(account()), postman).await
    }

    /// With real SMTP in place of the [`Postman`].
    pub(crate) async fn with_smtp() -> Self {
        Self::with(Settings::loopback(account()), smtp::open).await
    }

    /// With clients given only `handshake` for all of TLS and `header` for a request's header.
    pub(crate) async fn hurried(handshake: Duration, header: Duration) -> Self {
        let patience = Patience { handshake, header, ..Patience::default() };
        Self::with(Settings { patience, ..Settings::loopback(account()) }, postman).await
    }

    /// The way here for programs that know only the provider's own name.
    pub(crate) fn detour(&self) -> Detour {
        let addresses = self.gateways.addresses();
        let plain = |url: &url::Url| url.as_str().trim_end_matches('/').to_owned();
        Detour {
            proxy_url: plain(&addresses.proxy),
            https_url: plain(&addresses.https),
            ca_file: self.gateways.ca_file().to_owned(),
        }
    }

    /// With clients given only `header` for a request's header and `idle` between a session's
    /// bytes.
    pub(crate) async fn impatient(header: Duration, idle: Duration) -> Self {
        let patience = Patience { header, idle, ..Patience::default() };
        Self::with(Settings { patience, ..Settings::loopback(account()) }, postman).await
    }

    async fn with(settings: Settings, sessions: fn() -> Box<dyn Session>) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(VirtualClock::starting_at(Moment::EPOCH));
        let inbox = Inbox::new(Arc::clone(&clock));
        inbox.open(phone(7), Arc::clone(&clock));
        inbox.open(mailbox(), clock);
        let gateways = Gateways::open(settings, Arc::clone(&inbox), sessions).await;
        Self { gateways: gateways.expect("free ports"), inbox }
    }
}

/// The least line protocol: each line is a message to [`phone`] 7 and is answered by `ok`; a line
/// that begins with `+` is a message to that number; `bye` ends it.
#[derive(Default)]
struct Postman {
    line: Vec<u8>,
    is_over: bool,
}

fn postman() -> Box<dyn Session> {
    Box::new(Postman::default())
}

impl Postman {
    fn hear(&mut self, line: &str, output: &mut Vec<u8>) -> Option<Message> {
        self.is_over = line == "bye";
        output.extend_from_slice(if self.is_over { b"bye\n" } else { b"ok\n" });
        let to = line.parse().map_or_else(|_| phone(7), Recipient::Phone);
        (!self.is_over).then(|| Message {
            to,
            from: String::new(),
            subject: None,
            text: line.to_owned(),
            html: None,
            headers: Vec::new(),
        })
    }
}

impl Session for Postman {
    fn greet(&mut self, output: &mut Vec<u8>) {
        output.extend_from_slice(b"hello\n");
    }

    fn feed(&mut self, input: &[u8], output: &mut Vec<u8>) -> Vec<Message> {
        let mut messages = Vec::new();
        for byte in input {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                messages.extend(self.hear(&String::from_utf8_lossy(&line), output));
            } else {
                self.line.push(*byte);
            }
        }
        messages
    }

    fn give_up(&mut self, output: &mut Vec<u8>) {
        output.extend_from_slice(b"gone\n");
        self.is_over = true;
    }

    fn is_over(&self) -> bool {
        self.is_over
    }
}
