//! `fobwatch schema`: the JSON Schema of the scenario language.

use super::{Exit, Stopped};
use crate::scenario;

#[allow(clippy::unnecessary_wraps, reason = "every subcommand has this shape")]
pub(super) fn run() -> Result<Exit, Stopped> {
    super::print(&format!("{:#}\n", scenario::schema()));
    Ok(Exit::Conformant)
}
