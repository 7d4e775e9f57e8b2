//! SMS: one file per dialect, one line each in [`DIALECTS`].

pub mod segment;
pub mod twilio;

use super::Dialect;

/// Every provider whose API is spoken, asked in this order whether a path is theirs.
pub static DIALECTS: &[&dyn Dialect] = &[&twilio::Twilio];
