//! Measures verification: a pool of people with enrolled tokens signs in at a constant rate,
//! whatever the answers take.
//!
//! The arithmetic is [`plan`], enrolling is [`pool`], the open loop is [`mod@drive`], and what came of
//! it is [`measured`].

pub mod compare;
pub mod drive;
pub mod limit;
pub mod measured;
mod member;
pub mod pace;
pub mod plan;
pub mod pool;
pub mod record;
pub mod summary;
pub mod times;

pub use drive::{Work, drive};
pub use measured::{Failure, Measured};
pub use member::NotEnrolled;
pub use pace::{Pace, RealPace};
pub use plan::{Load, NotPlanned, Plan};
pub use pool::{Pool, Setting};
