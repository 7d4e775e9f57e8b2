//! `fobwatch adapter doctor`: whether a program speaks the adapter protocol.

use crate::adapters::Limits;
use crate::adapters::doctor::{self, Failure, Finding};
use crate::cli::bench::duration;
use crate::cli::{Exit, Stopped, print};
use std::time::Duration;

const NOTES: &str = "\
Each point is printed with `ok` or `failed`; under a failed one stand the line that came and the one
that was expected. The server behind the adapter is not judged: nobody is created in it, and the one
sign-in is that of a person whom it does not know.

Exit codes: 0 it speaks the protocol, 4 it does not, or cannot be reached.";

#[derive(clap::Args)]
#[command(after_help = NOTES)]
pub(super) struct Arguments {
    /// The adapter: 'exec:COMMAND ARGUMENTS' or attach:tcp://127.0.0.1:PORT
    target: String,
    /// How long one answer may take; the first one six times as long
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    patience: Duration,
}

pub(super) async fn run(arguments: Arguments) -> Result<Exit, Stopped> {
    let Arguments { patience, .. } = arguments;
    // The start is part of the first answer.
    let start = patience.saturating_mul(6);
    let limits = Limits { start, operation: patience, ..Limits::default() };
    let examined = doctor::examine(&arguments.target, limits, |finding| print(&shown(finding)));
    let examined = async { examined.await.map_err(|error| crate::cli::run::unreachable(&error)) };
    let findings = crate::cli::unless_interrupted(examined).await?;
    let failed = findings.iter().filter(|finding| finding.failure.is_some()).count();
    let left_out = doctor::points() - findings.len();
    let rest = match left_out {
        0 => String::new(),
        some => format!(", {some} not examined: there is nobody to ask"),
    };
    let ok = findings.len() - failed;
    print(&format!("\n{} points: {ok} ok, {failed} failed{rest}\n", doctor::points()));
    Ok(if failed == 0 { Exit::Conformant } else { Exit::Unreachable })
}

fn shown(finding: &Finding) -> String {
    match &finding.failure {
        None => format!("ok      {}\n", finding.what),
        Some(Failure { offending, expected }) => format!(
            "failed  {}\n          came      {offending}\n          expected  {expected}\n",
            finding.what
        ),
    }
}
