//! Pretend devices.
