//! An enrolment and sign-in server that one can believe in, with named defects to switch on.
//!
//! It follows the user guide of a remote-signing service step by step and keeps every rule that
//! the conformance suite judges. The core ([`Reference`]) knows no sockets: an adapter may ask it
//! directly, and [`server`] puts a JSON API, the device protocol and HTML pages in front of it.

mod account;
mod authenticator;
mod certificate;
mod code;
mod core;
pub mod defects;
pub mod delivery;
mod device;
mod enrolment;
mod letter;
mod lockout;
mod mint;
mod pages;
mod parameters;
mod push;
pub(crate) mod qr;
mod queue;
mod race;
pub mod server;
mod session;
mod sign_in;
mod token;
mod turn;
mod variants;
mod verifier;
mod view;

pub use self::core::Reference;
pub use defects::{DEFECTS, Defect, defect};
pub use delivery::{Courier, NotSent, Wire};
pub use parameters::{
    CannotBeSet, Delivery, Parameters, PinAlphabet, QrFormat, Refusals, Throttle,
};
pub use session::SessionId;
pub use variants::{VARIANTS, Variant, variant};
pub use view::View;
