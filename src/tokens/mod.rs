//! Pretend devices: phones and PCs with a soft token on them, driven by [`Act`]s.
//!
//! A [`Device`] does what its app would do and refuses what it would refuse. It opens no socket
//! and no file: whoever owns it lends it a [`Clock`], [`Chance`] and a [`Network`].
//!
//! [`Act`]: crate::domain::Act
//! [`Chance`]: crate::domain::Chance
//! [`Clock`]: crate::domain::Clock

pub mod activation;
pub mod camera;
pub mod codes;
pub mod lint;
pub mod pin;
pub mod push;
pub mod quirks;

mod app;
mod authenticator;
mod desktop;
mod device;
mod mobile;
mod network;

pub use device::Device;
pub use network::{Network, NetworkReply, NoNetwork};
