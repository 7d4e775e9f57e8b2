//! Somebody's test suite as a process: started with variables of its own, bounded in time and
//! output, and ended with all that it has started.

use crate::adapters::process::{Group, Guard, Tail};
use std::io;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// How much of what a suite says is kept, the end of it.
const KEPT_BYTES: usize = 16 * 1024;

/// How long the last words of a suite that has ended may take to be read. A process that has left
/// the group may hold the pipe for ever, and nobody waits longer for it.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How a suite ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// It says that all is well.
    Passed,
    /// It says that something is not, or it was ended by a signal.
    Failed,
    /// It came to no end in time.
    TimedOut,
}

/// How a suite ended, and the last of what it said.
pub(super) struct Performance {
    pub(super) ended: Ended,
    pub(super) said: String,
}

/// Runs `command` with `variables`, for at most `patience`.
///
/// # Errors
/// When it cannot be started or waited for.
pub(super) async fn perform(
    command: &[String],
    variables: &[(&'static str, String)],
    patience: Duration,
) -> io::Result<Performance> {
    let (program, arguments) =
        command.split_first().ok_or(io::Error::from(io::ErrorKind::InvalidInput))?;
    let (reader, writer) = io::pipe()?;
    let mut prepared = Command::new(program);
    prepared
        .args(arguments)
        // Whoever sets it by hand must not tell the suite what it shall find out.
        .env_remove("FOBWATCH_DEFECT")
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    let group = Arc::new(Group::start(&mut prepared)?);
    // It holds the writing ends of the pipe, which must close with the suite.
    drop(prepared);
    let said = Tail::of(reader, KEPT_BYTES);
    let guard = Guard(Arc::clone(&group));
    let waiting = tokio::task::spawn_blocking(move || group.wait());
    let ended = tokio::time::timeout(patience, waiting).await;
    let ended = match ended {
        Ok(joined) => {
            let status = joined.map_err(io::Error::other)??;
            if status.is_some_and(|status| status.success()) {
                Ended::Passed
            } else {
                Ended::Failed
            }
        }
        Err(_) => Ended::TimedOut,
    };
    drop(guard);
    let _read_or_held_open = tokio::time::timeout(LAST_WORDS, said.finished()).await;
    Ok(Performance { ended, said: said.text() })
}
