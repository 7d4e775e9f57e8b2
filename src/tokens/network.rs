//! How a device reaches its service, without opening a socket: whoever owns the device lends it a
//! network.

use super::codes::Shape;
use crate::domain::device::Reason;
use crate::domain::{Chance, Clock, Moment, Soon};
use crate::otp::{Digits, Period};
use serde::Deserialize;
use serde_json::Value;
use std::fmt;
use std::sync::Arc;

/// Asks services over HTTP. Addresses are `host[:port]/path` without a scheme: whether TLS is used
/// is the network's business. It bounds the time and the size of each exchange.
pub trait Network: Send + Sync {
    /// Asks for what stands at `address`.
    fn get<'a>(&'a self, address: &'a str) -> Soon<'a, Result<NetworkReply, NoNetwork>>;

    /// Sends `body` as JSON to `address`.
    fn post<'a>(
        &'a self,
        address: &'a str,
        body: &'a Value,
    ) -> Soon<'a, Result<NetworkReply, NoNetwork>>;
}

/// What a service answered.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkReply {
    /// The HTTP status.
    pub status: u16,
    /// The body; `null` if it was no JSON.
    pub body: Value,
}

/// That nothing answered: no network, no such host, or silence for too long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no answer from {address}")]
pub struct NoNetwork {
    /// Who did not answer.
    pub address: String,
}

/// What a device has beside its app: a clock of its own, chance, and perhaps a network.
pub(super) struct Surroundings {
    pub(super) chance: Chance,
    clock: Arc<dyn Clock>,
    network: Arc<dyn Network>,
    pub(super) skew_ms: i64,
    /// Since when the device's clock runs fast, and by how many millionths.
    drift: (Moment, i32),
    pub(super) line: Line,
}

/// Whether the device is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Up,
    Down,
}

impl Surroundings {
    pub(super) fn new(chance: Chance, clock: Arc<dyn Clock>, network: Arc<dyn Network>) -> Self {
        let drift = (clock.now(), 0);
        Self { chance, clock, network, skew_ms: 0, drift, line: Line::Up }
    }

    /// The time as the device's own clock shows it.
    pub(super) fn now(&self) -> Moment {
        self.clock.now().skewed_by_ms(self.skew_ms.saturating_add(self.drifted_ms()))
    }

    /// Lets the clock drift from now on; what it has drifted so far stays.
    pub(super) fn set_drift(&mut self, ppm: i32) {
        self.skew_ms = self.skew_ms.saturating_add(self.drifted_ms());
        self.drift = (self.clock.now(), ppm);
    }

    fn drifted_ms(&self) -> i64 {
        let (since, ppm) = self.drift;
        let passed = self.clock.now().unix_ms().saturating_sub(since.unix_ms());
        passed.saturating_mul(i64::from(ppm)) / 1_000_000
    }

    /// `GET address/about`.
    pub(super) async fn about(&self, address: &str) -> Result<About, Reason> {
        self.connected()?;
        let reply = self.network.get(&format!("{address}/about")).await;
        understood(&reply.map_err(|_| Reason::Offline)?)
    }

    /// `POST address/activate`.
    pub(super) async fn activate(&self, address: &str, body: &Value) -> Result<About, Reason> {
        self.connected()?;
        let reply = self.network.post(&format!("{address}/activate"), body).await;
        let reply = reply.map_err(|_| Reason::Offline)?;
        if reply.status == 200 && reply.body["result"] != "activated" {
            return Err(Reason::ServiceError);
        }
        understood(&reply)
    }

    /// `POST address/push/pending`: the notification that waits for this token.
    pub(super) async fn pending_push(&self, address: &str, body: &Value) -> Result<Push, Reason> {
        self.connected()?;
        let reply = self.network.post(&format!("{address}/push/pending"), body).await;
        let reply = reply.map_err(|_| Reason::Offline)?;
        answered(&reply)?;
        Push::deserialize(&reply.body).map_err(|_| Reason::ServiceError)
    }

    /// `POST address/push/answer`.
    pub(super) async fn answer_push(&self, address: &str, body: &Value) -> Result<(), Reason> {
        self.connected()?;
        let reply = self.network.post(&format!("{address}/push/answer"), body).await;
        answered(&reply.map_err(|_| Reason::Offline)?)
    }

    fn connected(&self) -> Result<(), Reason> {
        if self.line == Line::Up { Ok(()) } else { Err(Reason::Offline) }
    }
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings")
            .field("now", &self.now())
            .field("skew_ms", &self.skew_ms)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

/// What a service says about itself and its codes.
#[derive(Debug)]
pub(super) struct About {
    /// The service's name, where it tells one.
    pub(super) name: Option<String>,
    pub(super) shape: Shape,
}

/// A notification as the service hands it out; unknown members are ignored.
#[derive(Debug, Deserialize)]
pub(super) struct Push {
    pub(super) transaction: String,
    /// The numbers to choose from; none if nothing has to be tapped.
    #[serde(default)]
    pub(super) choices: Vec<String>,
}

fn answered(reply: &NetworkReply) -> Result<(), Reason> {
    match reply.status {
        200 => Ok(()),
        403 => Err(Reason::Unauthorized),
        404 => Err(Reason::NoPush),
        410 => Err(Reason::PushExpired),
        _ => Err(Reason::ServiceError),
    }
}

/// The members that the device API defines; unknown ones are ignored.
#[derive(Deserialize)]
struct Described {
    name: Option<String>,
    digits: Option<u8>,
    period: Option<u64>,
}

fn understood(reply: &NetworkReply) -> Result<About, Reason> {
    match reply.status {
        200 => described(&reply.body).ok_or(Reason::ServiceError),
        403 => Err(Reason::Unauthorized),
        410 => Err(Reason::ActivationExpired),
        _ => Err(Reason::ServiceError),
    }
}

fn described(body: &Value) -> Option<About> {
    let Described { name, digits, period } = Described::deserialize(body).ok()?;
    let digits = digits.map_or(Ok(Digits::default()), Digits::new).ok()?;
    let period = period.map_or(Ok(Period::default()), Period::new).ok()?;
    Some(About { name, shape: Shape { digits, period } })
}
