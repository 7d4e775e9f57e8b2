//! Measures verification: a pool of people with tokens signs in as a plan says, whatever the answers
//! take.
//!
//! What is asked for is [`plan`]; [`mod@enrol`] makes people, or a list names them ([`people`]). The
//! loops are [`mod@drive`], through any adapter, and [`wire`], over requests that were compiled to
//! bytes. What came of it is counted in a [`tally`] and saved as a [`record`].
//!
//! How fast codes can be verified at all, with no server around them, is the [`ladder`].

pub mod calibrate;
mod codes;
pub mod compare;
pub mod drive;
pub mod enrol;
pub mod general;
pub mod ground;
pub mod ladder;
pub mod limit;
pub mod objective;
pub mod pace;
pub mod people;
pub mod plan;
pub mod record;
pub mod search;
mod seen;
pub mod summary;
pub mod tally;
pub mod times;
pub mod wire;

pub use drive::drive;
pub use enrol::{By, NotEnrolled, Setting, enrol};
pub use general::{Performed, Pool, Work};
pub use ground::{Ground, Way};
pub use pace::{Pace, RealPace};
pub use people::Person;
pub use plan::{NotPlanned, Plan, Wanted};
pub use tally::Tally;
