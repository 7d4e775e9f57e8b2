//! `fobwatch completions`: for the shell at hand.

use super::{Exit, Stopped};
use clap_complete::Shell;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Which shell
    shell: Shell,
}

#[allow(clippy::unnecessary_wraps, reason = "every subcommand has this shape")]
pub(super) fn run(arguments: &Arguments, command: &mut clap::Command) -> Result<Exit, Stopped> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, command, "fobwatch", &mut script);
    super::print(&String::from_utf8_lossy(&script));
    Ok(Exit::Conformant)
}
