//! The only sockets of the gateways.

/// The largest HTTP body a gateway reads, in bytes: an SMS is short, and providers cap far lower.
pub const BODY_LIMIT: usize = 256 * 1024;
