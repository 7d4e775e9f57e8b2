//! The adapter protocol, version 1: one UTF-8 JSON object a line, asked by the harness, answered by
//! an adapter in any language.
//!
//! Here are the messages and nothing else: no socket, no process. `docs/adapter-protocol.md` tells
//! the same to those who write adapters.
//!
//! - Unknown fields are ignored on both sides; the harness sends some on purpose ([`grease()`]), so
//!   that an adapter that cannot bear them is found before version 2 has any.
//! - An unknown operation is answered `unsupported`.

mod answer;
mod call;
mod grease;
mod hello;
mod message;
mod reply;

pub use answer::{Answered, Effect, Malformed, Native, Outcome, Progress, Said, read};
pub use call::{Call, CodeForm, Request, Scope};
pub use grease::grease;
pub(crate) use hello::parameter_names;
pub use hello::{
    Gateways, Hello, Implementation, Isolation, Proxy, Range, SmsGateway, Timekeeping, Welcome,
};
pub use message::schema;
pub use reply::{ListedToken, ReplyForm};

/// The version of the protocol that is spoken here.
pub const VERSION: u32 = 1;

/// The longest line of either side, its end included.
pub const MAX_LINE_BYTES: usize = 1024 * 1024;
