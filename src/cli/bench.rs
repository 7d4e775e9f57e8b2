//! `fobwatch bench`: how fast a subject verifies one-time codes.

use super::{Exit, Stopped};

#[derive(clap::Args)]
pub(super) struct Arguments {}

pub(super) async fn run(_: Arguments) -> Result<Exit, Stopped> {
    Ok(Exit::Conformant)
}
