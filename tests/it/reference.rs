//! The reference server: sound without defects, and each defect changes what it says it changes.

#![allow(
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test that cannot go on fails, and what it did not expect is one case"
)]

mod bench;
mod defective;
mod http;
mod keys;
mod pushes;
mod second_factor;
mod sound;
