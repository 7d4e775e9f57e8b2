//! The experiments: one file each, one line each in [`EXPERIMENTS`].
//!
//! They run in the order of the register: later ones build on what earlier ones found.

mod activation_lifetime;
mod attempts;
mod code_digits;
mod code_lifetime;
mod email_pin;
mod failures_kept;
mod lockout;
mod messages;
mod resend;
mod token;

use super::finding::Measured;
use super::lab::Lab;
use crate::domain::{Declared, Soon};
use std::time::Duration;

/// One question to a subject, put by asking it.
pub struct Experiment {
    /// Its name.
    pub name: &'static str,
    /// What is done, in one sentence.
    pub how: &'static str,
    /// What it waits in real time, where the clock cannot be moved; nothing for most.
    pub price: fn(&Declared) -> Duration,
    /// Does it. Each row that it can give is there, measured or not.
    pub run: for<'a> fn(&'a mut Lab) -> Soon<'a, Vec<Measured>>,
}

/// The price of what needs no time.
fn nothing(_: &Declared) -> Duration {
    Duration::ZERO
}

/// All experiments, in the order in which they run.
pub static EXPERIMENTS: &[&Experiment] = &[
    &code_digits::EXPERIMENT,
    &code_lifetime::EXPERIMENT,
    &attempts::EXPERIMENT,
    &lockout::EXPERIMENT,
    &failures_kept::EXPERIMENT,
    &resend::EXPERIMENT,
    &messages::EXPERIMENT,
    &activation_lifetime::EXPERIMENT,
    &token::EXPERIMENT,
    &email_pin::EXPERIMENT,
];

/// The longest time that is searched: a day.
const A_DAY: u64 = 24 * 60 * 60;
