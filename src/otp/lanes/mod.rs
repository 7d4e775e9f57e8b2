//! Verification of many codes at once, at the limit of the machine.
//!
//! A server that verifies a code keeps, instead of the key, the two hash states that follow from it
//! (RFC 2104 §4): two compressions are left for each counter of the window. [`InOrder`] keeps them
//! for users who are always verified together, [`ByIndex`] for users who come in any order or one
//! at a time. The [`Steps`] that are tried are made once for everybody, because the first of the
//! two blocks depends on the counter alone. [`Codes`] are what users entered, [`Matches`] says who
//! was right and at which counter.
//!
//! The users lie side by side in vector registers, and which [`Instructions`] do the work is
//! decided when the program runs: 32 users at a time with AVX-512 (16 for SHA-512), 8 with AVX2
//! (4), four users or three steps with the SHA extensions, 8 with NEON (4), and one in plain Rust
//! on any machine. One code of one user is the same the other way round: its steps lie side by
//! side. [`Hotp`] and [`Totp`] do that by themselves; with [`Totp::verify_at`] they use steps that
//! were made before.
//!
//! ```
//! use fobwatch::otp::lanes::{Codes, InOrder, Instructions, Steps};
//! use fobwatch::otp::{Algorithm, Digits, Key, Window};
//!
//! // Two users; the first has the key of RFC 4226, appendix D.
//! let keys = [Key::new(b"12345678901234567890".to_vec()), Key::new(vec![7; 20])];
//! let users = InOrder::new(Algorithm::Sha1, &keys);
//!
//! // The verifier expects counter 4 and looks one step to each side.
//! let steps = Steps::around(Algorithm::Sha1, 4, Window::ONE_STEP);
//!
//! let mut codes = Codes::with_capacity(Digits::SIX, 2);
//! codes.push("254676"); // appendix D: the code of counter 5
//! codes.push("no code"); // keeps its place, and never matches
//!
//! let matches = users.verify(&codes, &steps, Instructions::detected())?;
//! assert_eq!(matches.step(0), Some(5));
//! assert_eq!(matches.step(1), None);
//! assert_eq!(matches.bitmap(), [0b01]);
//! # Ok::<(), fobwatch::otp::lanes::Unfit>(())
//! ```
//!
//! # What is promised, and what is not
//!
//! - Every step is computed and compared as a number whatever matched before: neither the time nor
//!   the memory accesses of a verification depend on keys and codes. (Reading a text that is no
//!   code ends early, which tells its sender nothing new.) How many users and steps there are
//!   shows, and so does which of the users of a [`ByIndex`] are asked about.
//! - A value has 31 bits (RFC 4226 §5.3), so of ten digits the first is 0, 1 or 2; a code of
//!   another number never matches.
//! - **A code that was accepted before matches again.** Keep the counter that is told and refuse
//!   those up to it (RFC 4226 §7.2, RFC 6238 §5.2).
//! - Key states are wiped when they are dropped, and where a [`ByIndex`] or [`Codes`] grows. Copies
//!   in registers and on the stack are not, nor is what a [`Hotp`] leaves behind where it is moved.
//!
//! Sources: RFC 2104 (HMAC), RFC 4226 (HOTP), RFC 6238 (TOTP), FIPS 180-4 (the hash functions).
//!
//! [`Hotp`]: super::Hotp
//! [`Totp`]: super::Totp
//! [`Totp::verify_at`]: super::Totp::verify_at

// The operations of a lane must become part of the function that has its instruction set switched
// on. Without optimisation that would put every one of ten thousand intermediate values into a
// place of its own on the stack, so there they stay calls.
#![allow(clippy::inline_always, reason = "see above")]

mod block;
mod by_index;
mod check;
mod codes;
mod engine;
pub(super) mod function;
mod in_order;
mod instructions;
mod kernel;
mod lane;
mod matches;
mod prefetch;
mod scalar;
mod sha1;
mod sha2;
pub(super) mod single;
mod steps;
mod unfit;
mod unroll;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod sha_ni;

pub use by_index::ByIndex;
pub use codes::Codes;
pub use in_order::InOrder;
pub use instructions::{InstructionSet, Instructions};
pub use matches::Matches;
pub use steps::{BadSteps, Steps};
pub use unfit::Unfit;
