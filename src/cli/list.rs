//! `fobwatch list`: the scenarios, and what they cover.

use super::{Exit, Stopped, files};
use std::fmt::Write;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Scenario files or folders; without any, the shipped scenarios
    paths: Vec<PathBuf>,
    /// Also the requirements that each scenario says it covers
    #[arg(long)]
    covers: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Stopped> {
    let plans = files::plans(&arguments.paths)?;
    let mut text = String::new();
    for plan in &plans {
        let _ = writeln!(text, "{:<42} {}", plan.id, plan.title);
        if arguments.covers {
            let _ = writeln!(text, "{:<42}   {}", "", plan.covers.join(", "));
        }
    }
    super::print(&text);
    Ok(Exit::Conformant)
}
