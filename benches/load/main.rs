//! The load generator beside wrk, in front of the same server that does nothing.
//!
//! This is the server; `compare.py` beside it runs the two in turn against it and prints the table.
//! `benches/load/install` installs wrk; without it the table has our line only.

#![allow(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to say")]

use fobwatch::adapters::wire::null::NullServer;
use std::path::Path;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let server = NullServer::start().expect("loopback is free");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/load/compare.py");
    let status = Command::new("python3")
        .arg(script)
        .arg(server.address().port().to_string())
        .arg(env!("CARGO_BIN_EXE_fobwatch"))
        .status()
        .expect("python3 is there");
    if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
