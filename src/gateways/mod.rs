//! Pretend delivery services: real listeners on loopback in front of pure dialects and sessions.
//!
//! A [`Dialect`] turns an HTTP request into a [`Message`] or a [`Refusal`] and the outcome into the
//! provider's own response; a [`Session`] eats bytes and yields bytes and messages. Neither knows a
//! socket. Whoever is served is not known here.

pub mod email;
pub mod extract;
pub mod fault;
pub mod form;
pub mod inbox;
pub mod listen;
pub mod sms;
pub mod vendor;
pub mod window;

use crate::domain::{Message, Moment, Recipient, Unfit};

/// An HTTP request as a dialect sees it: no socket, a bounded body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method in upper case.
    pub method: String,
    /// The path, percent-encoded as it came, without the query.
    pub path: String,
    /// The query without `?`, empty if there is none.
    pub query: String,
    /// Header fields in order; names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, at most [`listen::BODY_LIMIT`] bytes.
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// The first value of the header `name`, given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// An HTTP response as a dialect writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Header fields besides length and date.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// That a message was taken, with the name the provider gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The number of this message in the order of acceptance, from 1.
    pub serial: u64,
    /// When it was accepted, by the clock of the recipient's box.
    pub at: Moment,
    /// The message as accepted, for providers that repeat it in their response.
    pub message: Message,
}

/// Why a gateway did not take a message: meaning, from which a dialect makes its provider's code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Missing or wrong credentials.
    #[error("the credentials are missing or wrong")]
    Unauthenticated,
    /// No such resource.
    #[error("there is nothing at {0}")]
    NotFound(String),
    /// The method is not allowed here.
    #[error("{0} is not allowed here")]
    BadMethod(String),
    /// A required field is missing.
    #[error("the field {0} is missing")]
    Missing(&'static str),
    /// The recipient is no address of this channel.
    #[error("`{0}` is no recipient of this channel")]
    BadRecipient(String),
    /// The recipient lies outside the ranges reserved for fiction.
    #[error("`{0}` is outside the ranges reserved for fiction; nothing is ever sent there")]
    NotReserved(String),
    /// The sender is no address or name of this channel.
    #[error("`{0}` is no sender of this channel")]
    BadSender(String),
    /// The text is longer than the provider takes.
    #[error("the text has {length} characters, at most {limit} are taken")]
    TooLong {
        /// Characters sent.
        length: usize,
        /// Characters taken.
        limit: usize,
    },
    /// The request cannot be read at all.
    #[error("the request cannot be read: {0}")]
    Malformed(String),
    /// A scenario wants the gateway to refuse.
    #[error("the gateway was told to refuse")]
    Ordered(fault::Denial),
    /// The gateway keeps no more messages in this run.
    #[error("the gateway is full")]
    Full,
}

/// A provider's HTTP API, as pure functions.
pub trait Dialect: Sync {
    /// The provider's name as it writes it, in lower case.
    fn name(&self) -> &'static str;

    /// Whether a request to `path` is this provider's business.
    fn owns(&self, path: &str) -> bool;

    /// The provider's own hosts, where programs find it that cannot be told another; `*` stands for
    /// one label. None unless the dialect says so.
    fn hosts(&self) -> &'static [&'static str] {
        &[]
    }

    /// Undoes the dialect.
    ///
    /// # Errors
    /// The [`Refusal`] that [`Dialect::answer`] will dress in the provider's code.
    fn read(&self, request: &HttpRequest, account: &Account) -> Result<Message, Refusal>;

    /// Writes the provider's response.
    fn answer(&self, account: &Account, outcome: &Result<Receipt, Refusal>) -> HttpResponse;
}

/// The credentials that a gateway hands out; without value outside the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The user or account id.
    pub id: String,
    /// The password or token.
    pub token: crate::domain::Secret,
}

/// One connection of a line protocol, as a pure state machine.
pub trait Session: Send {
    /// What is said before the client says anything.
    fn greet(&mut self, output: &mut Vec<u8>);

    /// Eats `input` whole, appends what is to be sent to `output`, and returns the messages that
    /// were accepted. Fed byte by byte it says the same as when fed at once.
    fn feed(&mut self, input: &[u8], output: &mut Vec<u8>) -> Vec<Message>;

    /// What is said when the client has been silent for too long; the connection closes after it.
    fn give_up(&mut self, output: &mut Vec<u8>);

    /// Whether the connection is to be closed once the output is sent.
    fn is_over(&self) -> bool;

    /// Appends the refusal that is said instead of the acceptance of the last message; `false` if
    /// this protocol has no words for it.
    fn refuse(&mut self, _denial: fault::Denial, _output: &mut Vec<u8>) -> bool {
        false
    }

    /// The recipient that was named last in a message that is under way.
    fn named(&self) -> Option<Recipient> {
        None
    }

    /// The recipients whose messages were refused since the last call because they were unfit.
    fn turned_away(&mut self) -> Vec<(Recipient, Unfit)> {
        Vec::new()
    }
}
