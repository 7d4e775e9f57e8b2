//! The words: people, addresses, messages, operations and replies, clocks and chance.
//!
//! No IO, no async runtime. Nobody but [`clock`] reads a clock, nobody but [`chance`] makes
//! randomness.

pub mod chance;
pub mod clock;
pub mod declared;
pub mod device;
pub mod disturbance;
pub mod drill;
pub mod entered;
pub mod factor;
pub mod mailbox;
pub mod message;
pub mod operation;
pub mod pattern;
pub mod persona;
pub mod phone;
pub mod picture;
pub mod place;
pub mod push;
pub mod reply;
pub mod role;
pub mod secret;

pub use chance::Chance;
pub use clock::{Clock, Day, Moment, Soon, VirtualClock, WallClock};
pub use declared::Declared;
pub use device::{Act, DeviceKind, Outcome, Permission};
pub use disturbance::{Disturbance, Unfit};
pub use drill::{Drill, Drilled};
pub use entered::Entered;
pub use factor::{Assurance, Channel, TokenKind};
pub use mailbox::Mailbox;
pub use message::{Message, Recipient};
pub use operation::Operation;
pub use pattern::Pattern;
pub use persona::Persona;
pub use phone::PhoneNumber;
pub use picture::{MediaType, Picture};
pub use place::Place;
pub use push::{PushAnswer, PushReply, Tap};
pub use reply::{Activation, Answer, Rejection, RejectionClass, Reply};
pub use role::Role;
pub use secret::Secret;
