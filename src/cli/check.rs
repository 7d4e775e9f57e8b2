//! `fobwatch check`: every mistake in scenario files, without running them.

use super::{Exit, Stopped, files};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Scenario files or folders; without any, the shipped scenarios
    paths: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Stopped> {
    let plans = files::plans(&arguments.paths)?;
    let steps: usize = plans.iter().map(|plan| plan.steps.len()).sum();
    super::print(&format!("{} scenarios with {steps} steps, no mistakes\n", plans.len()));
    Ok(Exit::Conformant)
}
