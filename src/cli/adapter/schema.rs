//! `fobwatch adapter schema`: the JSON Schema of every message of the adapter protocol.

use crate::adapters::protocol;
use crate::cli::{Exit, Stopped, print};

#[allow(clippy::unnecessary_wraps, reason = "every subcommand has this shape")]
pub(super) fn run() -> Result<Exit, Stopped> {
    print(&format!("{:#}\n", protocol::schema().as_value()));
    Ok(Exit::Conformant)
}
