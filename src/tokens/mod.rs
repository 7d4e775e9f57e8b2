//! Pretend devices: phones and PCs with soft tokens, as pure state machines over a clock, a source
//! of chance and a [`Network`] that somebody else provides.

pub mod activation;
pub mod camera;
mod desktop;
mod device;
mod identity;
mod mobile;
mod pin;

pub use device::Device;

use crate::domain::Soon;
use crate::otp::{Digits, Period};

/// `digits` of a service's answer, 6 where it says nothing.
fn digits_of(body: &serde_json::Value) -> Option<Digits> {
    match body.get("digits") {
        None => Some(Digits::SIX),
        Some(value) => Digits::new(u8::try_from(value.as_u64()?).ok()?).ok(),
    }
}

/// `period` of a service's answer in seconds, 30 where it says nothing.
fn period_of(body: &serde_json::Value) -> Option<Period> {
    match body.get("period") {
        None => Some(Period::RECOMMENDED),
        Some(value) => Period::new(value.as_u64()?).ok(),
    }
}

/// How a device reaches an address that it was shown; devices open no sockets themselves.
pub trait Network: Send + Sync {
    /// Gets `address`, which has no scheme: `host[:port]/path`.
    fn get<'a>(&'a self, address: &'a str) -> Soon<'a, Result<NetworkReply, NoNetwork>>;

    /// Posts `body` as JSON to `address`.
    fn post<'a>(
        &'a self,
        address: &'a str,
        body: &'a serde_json::Value,
    ) -> Soon<'a, Result<NetworkReply, NoNetwork>>;
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkReply {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body; null if there was none.
    pub body: serde_json::Value,
}

/// The address cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot reach {0}")]
pub struct NoNetwork(pub String);
