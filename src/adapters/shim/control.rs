//! The control file: what the harness and the preload library share.
//!
//! The harness writes the file, launched programs map it into their memory. This is compiled into
//! both, so it uses nothing but `core`.

use core::ffi::CStr;
use core::sync::atomic::{AtomicI64, AtomicU8, AtomicU64};

/// The variable of the environment that holds the path of the control file.
pub(crate) const VARIABLE: &CStr = c"FOBWATCH_CLOCK";

/// The control file.
///
/// A value is moved by writing it where it does not count yet, and then the one byte `turn`: a
/// single byte is never seen half written.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Control {
    /// Counts the moves; the lowest bit says which of the values counts.
    pub(crate) turn: AtomicU8,
    /// 1 if the clock runs, 0 if it stands.
    pub(crate) runs: AtomicU8,
    /// So that all values stand at multiples of their size.
    pub(crate) padding: [u8; 6],
    /// Nanoseconds: since 1970 for a clock that stands, ahead of the machine for one that runs.
    pub(crate) values: [AtomicI64; 2],
    /// The last reading that was given out, by any program.
    pub(crate) latest: AtomicI64,
    /// How many programs have been started with the library.
    pub(crate) loaded: AtomicU64,
}
