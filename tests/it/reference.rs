//! The reference server: sound without defects, and each defect changes what it says it changes.

mod bench;
mod defective;
mod http;
mod sound;
