//! Measures verification: a pool of people with enrolled tokens signs in at a constant rate,
//! whatever the answers take.
//!
//! The arithmetic is [`plan`], enrolling is [`pool`], the open loop is [`mod@drive`], and what came of
//! it is [`measured`]. How fast codes can be
//! verified at all, with no server around it, is the [`ladder`].

pub mod drive;
pub mod ladder;
pub mod measured;
mod member;
pub mod pace;
pub mod plan;
pub mod pool;

pub use drive::{Work, drive};
pub use measured::{Failure, Measured};
pub use member::NotEnrolled;
pub use pace::{Pace, RealPace};
pub use plan::{Load, NotPlanned, Plan};
pub use pool::{Pool, Setting};
