//! Lines to and from an adapter as they are, for whoever wants to see them: nothing is added,
//! nothing is judged.

use super::link::{Ends, Line, Lines, Peer};
use super::{NotReachable, transport};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// How long an adapter may leave what we write unread.
const WRITING: Duration = Duration::from_secs(10);

/// An open connection to an adapter.
pub(crate) struct Conversation {
    lines: Lines<Box<dyn AsyncRead + Send + Unpin>>,
    output: Option<Box<dyn AsyncWrite + Send + Unpin>>,
    peer: Arc<dyn Peer>,
}

impl Conversation {
    /// Opens what the text after `--against` names, if that is a program.
    pub(crate) async fn open(target: &str) -> Result<Self, NotReachable> {
        if target.starts_with("builtin:") || target.starts_with("map:") {
            return Err(NotReachable::BadTarget(format!(
                "`{target}` is no program that speaks the adapter protocol; write 'exec:COMMAND \
                 ARGUMENTS' or attach:tcp://127.0.0.1:PORT"
            )));
        }
        let opened = transport(target)?.open().await;
        let Ends { input, output, peer } = opened.map_err(NotReachable::Silent)?;
        Ok(Self { lines: Lines::of(input), output: Some(output), peer })
    }

    /// Writes `bytes` as they are. Whether anybody reads them shows in the answers.
    pub(crate) async fn say(&mut self, bytes: &[u8]) {
        let Some(output) = &mut self.output else { return };
        let written = timeout(WRITING, async {
            output.write_all(bytes).await?;
            output.flush().await
        });
        if !matches!(written.await, Ok(Ok(()))) {
            self.output = None;
        }
    }

    /// The next line; nothing at the end. Dropping the wait loses nothing.
    pub(crate) async fn next(&mut self) -> Option<Line> {
        self.lines.next().await
    }

    /// Ends what we say: the adapter reads the end of its input.
    pub(crate) fn fall_silent(&mut self) {
        self.output = None;
    }

    /// How it ended; it is ended if it did not.
    pub(crate) async fn epitaph(&mut self) -> String {
        self.peer.epitaph().await
    }

    /// The last that it said beside the protocol.
    pub(crate) fn last_words(&self) -> String {
        self.peer.last_words()
    }

    /// Waits until it ends by itself, at most `patience`; then ends it.
    pub(crate) async fn finish(&mut self, patience: Duration) {
        self.fall_silent();
        self.peer.finish(patience).await;
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.peer.end();
    }
}
