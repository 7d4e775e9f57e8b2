//! The port.
