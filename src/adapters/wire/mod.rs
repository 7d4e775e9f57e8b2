//! The short way to a subject over HTTP: requests that were compiled to bytes, sent by a small loop
//! over kept connections of this one thread.
//!
//! A general HTTP client costs more than most servers do for one verification; whoever measures
//! them with it measures the client. Here a request is copied together from texts and slots, and an
//! answer that was seen before is recognised by its bytes. What cannot be compiled (an answer that
//! the next request needs a value of, a redirect to follow, TLS) goes the general way.

mod alarm;
mod answer;
mod connection;
mod engine;
pub mod null;
mod script;
mod verdicts;

pub use engine::{Next, Onward, Traffic, drive};
pub use script::{Compiled, Script, Sender};

pub(in crate::adapters) use answer::Answer;
pub(in crate::adapters) use script::{Encoding, Judge, Piece, Slot};
