//! Pretend devices.

use crate::domain::Soon;

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
