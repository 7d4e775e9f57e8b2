//! One connection to an adapter: requests out, answers in, in any order, every wait bounded.

mod desk;
mod lines;

pub(crate) use desk::UnderWay;
pub(crate) use lines::{Line, Lines, quote};

use crate::adapters::protocol::{Call, Outcome, Request, Scope, grease};
use crate::adapters::shim::Shim;
use crate::domain::Soon;
use desk::{Desk, Wait};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Lines that wait to be written; beyond these, whoever asks waits.
const MOST_UNWRITTEN: usize = 64;

/// How often signs of life may begin a deadline anew.
const MOST_EXTENSIONS: u32 = 20;

/// A way to an adapter that is a program.
pub(crate) trait Transport: Send + Sync {
    /// Opens a connection, perhaps by starting the program.
    fn open(&self) -> Soon<'_, Result<Ends, String>>;

    /// What the program may move the clock of its server by, if it was offered.
    fn shim(&self) -> Option<Arc<Shim>> {
        None
    }
}

/// Both ends of a connection, and how it is brought to an end.
pub(crate) struct Ends {
    pub(crate) input: Box<dyn AsyncRead + Send + Unpin>,
    pub(crate) output: Box<dyn AsyncWrite + Send + Unpin>,
    pub(crate) peer: Arc<dyn Peer>,
}

/// What is at the other end.
pub(crate) trait Peer: Send + Sync {
    /// Why the connection ended, with whatever the other side left as an explanation. Called after
    /// its end; takes a bounded time.
    fn epitaph(&self) -> Soon<'_, String>;

    /// The last that the other side said beside the protocol, on one line; empty if nothing.
    fn last_words(&self) -> String;

    /// Ends it at once, with all that it has started.
    fn end(&self);

    /// Waits until it has ended by itself, or `patience` is over; then ends it.
    fn finish(&self, patience: Duration) -> Soon<'_, ()>;
}

/// Why there is no outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    /// No answer in time.
    #[error("no answer within {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// The adapter ended while this was asked.
    #[error("the adapter ended")]
    Ended,
    /// The adapter had ended before this was asked.
    #[error("the adapter had ended")]
    Gone,
    /// The adapter said something against the protocol.
    #[error("{0}")]
    Broke(String),
}

/// One connection. It ends when it is dropped.
pub(crate) struct Link {
    desk: Arc<Desk>,
    /// Nothing once all is said; then the other side reads the end of its input.
    lines: Mutex<Option<mpsc::Sender<String>>>,
    /// As many requests at a time as the adapter works on.
    room: Semaphore,
    peer: Arc<dyn Peer>,
    tasks: [JoinHandle<()>; 2],
}

impl Drop for Link {
    fn drop(&mut self) {
        self.cut();
    }
}

impl Link {
    /// Speaks over `ends`, with one request at a time until [`Link::widen`].
    pub(crate) fn open(ends: Ends) -> Self {
        let Ends { input, output, peer } = ends;
        let desk = Arc::<Desk>::default();
        let (lines, unwritten) = mpsc::channel(MOST_UNWRITTEN);
        let writing = tokio::spawn(write(unwritten, output));
        let reading = tokio::spawn(read(input, Arc::clone(&desk), Arc::clone(&peer)));
        let lines = Mutex::new(Some(lines));
        Self { desk, lines, room: Semaphore::new(1), peer, tasks: [writing, reading] }
    }

    fn cut(&self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        self.peer.end();
    }

    fn lines(&self) -> Option<mpsc::Sender<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Allows `most` requests at a time, if that is more than one.
    pub(crate) fn widen(&self, most: u32) {
        // The cap is ours: no subject of a test works on more at once.
        self.room.add_permits(most.clamp(1, 1024) as usize - 1);
    }

    /// Asks, and waits for the outcome; each sign of life begins the wait anew, up to a limit.
    pub(crate) async fn ask(
        &self,
        call: Call,
        scope: Option<&Scope>,
        patience: Duration,
    ) -> Result<Outcome, Trouble> {
        // Those ahead wait a bounded time each, so this is no wait for ever.
        let Ok(_place) = self.room.acquire().await else {
            return Err(Trouble::Gone);
        };
        let (under_way, line) = self.line(call, scope, patience);
        self.send(under_way, line, patience).await
    }

    /// Sends a line that was sent before, under its old id, to an adapter that does not know it.
    pub(crate) async fn ask_again(
        &self,
        before: &UnderWay,
        patience: Duration,
    ) -> Option<Result<Outcome, Trouble>> {
        let line = before.again.clone()?;
        Some(self.send(before.clone(), line, patience).await)
    }

    async fn send(
        &self,
        under_way: UnderWay,
        line: String,
        patience: Duration,
    ) -> Result<Outcome, Trouble> {
        let wait = self.desk.expect(under_way)?;
        let _forgetting = Forgetting { desk: &self.desk, id: wait.id };
        let lines = self.lines().ok_or(Trouble::Gone)?;
        let answered = match timeout(patience, lines.send(line)).await {
            Err(_) => Err(Trouble::TimedOut(patience)),
            // If the writer is gone, the reader finds out why.
            Ok(_) => wait.answer(patience).await,
        };
        if let Err(Trouble::TimedOut(_)) = &answered
            && self.desk.was_silent()
        {
            let silences = desk::MOST_SILENCES;
            self.kill(&format!("it left {silences} requests in a row without an answer"));
        }
        answered
    }

    /// The next request as a line.
    fn line(&self, call: Call, scope: Option<&Scope>, patience: Duration) -> (UnderWay, String) {
        let id = self.desk.next_id();
        let deadline_ms = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        let repeats = matches!(
            call,
            Call::Probe {}
                | Call::ListTokens {}
                | Call::OpenScenario { .. }
                | Call::CloseScenario {}
        );
        let request = Request { id: id.to_string(), call, scope: scope.cloned(), deadline_ms };
        let mut value = serde_json::to_value(&request).unwrap_or_default();
        let operation = value.get("op").and_then(Value::as_str).unwrap_or_default().to_owned();
        for place in ["", "/scope", "/args"] {
            if let Some(Value::Object(object)) = value.pointer_mut(place) {
                grease(object, id + place.len() as u64);
            }
        }
        let line = format!("{value}\n");
        let again = repeats.then(|| line.clone());
        (UnderWay { id, operation, again }, line)
    }

    /// Ends the adapter because of `why`.
    pub(crate) fn kill(&self, why: &str) {
        self.desk.end(why);
        self.cut();
    }

    /// Why the adapter is gone, if it is.
    pub(crate) fn ended(&self) -> Option<String> {
        self.desk.ended()
    }

    /// What was under way when it ended.
    pub(crate) fn under_way_at_end(&self) -> Vec<UnderWay> {
        self.desk.under_way_at_end()
    }

    /// Sends a request without waiting for a place or an answer, if there is room for it.
    pub(crate) fn post(&self, call: Call, scope: &Scope, patience: Duration) {
        let (under_way, line) = self.line(call, Some(scope), patience);
        if let (true, Some(lines)) = (self.desk.announce(under_way.id), self.lines()) {
            // Where there is no room it is not sent, and nothing depends on it.
            let _ = lines.try_send(line);
        }
    }

    /// The last that the other side said beside the protocol.
    pub(crate) fn last_words(&self) -> String {
        self.peer.last_words()
    }

    /// Says goodbye, lets the adapter end by itself for a while, and ends it.
    pub(crate) async fn close(&self, patience: Duration) {
        if self.ended().is_none() {
            let _answered = self.ask(Call::Bye {}, None, patience).await;
        }
        self.desk.end("the run is over");
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.peer.finish(patience).await;
    }
}

/// Whoever stops waiting, for whatever reason, is forgotten.
struct Forgetting<'a> {
    desk: &'a Desk,
    id: u64,
}

impl Drop for Forgetting<'_> {
    fn drop(&mut self) {
        self.desk.forget(self.id);
    }
}

impl Wait {
    async fn answer(mut self, patience: Duration) -> Result<Outcome, Trouble> {
        let mut extensions = 0;
        loop {
            tokio::select! {
                told = timeout(patience, &mut self.outcome) => {
                    return match told {
                        Err(_) => Err(Trouble::TimedOut(patience)),
                        Ok(told) => told.unwrap_or(Err(Trouble::Ended)),
                    };
                }
                Ok(()) = self.progress.changed(), if extensions < MOST_EXTENSIONS => {
                    extensions += 1;
                }
            }
        }
    }
}

async fn read(input: Box<dyn AsyncRead + Send + Unpin>, desk: Arc<Desk>, peer: Arc<dyn Peer>) {
    let mut lines = Lines::of(input);
    while let Some(line) = lines.next().await {
        desk.hear(line);
    }
    desk.end(&peer.epitaph().await);
}

/// Writes line after line; a line is never left half-written because somebody stopped waiting.
async fn write(mut lines: mpsc::Receiver<String>, mut output: Box<dyn AsyncWrite + Send + Unpin>) {
    while let Some(line) = lines.recv().await {
        let written = output.write_all(line.as_bytes()).await;
        if written.is_err() || output.flush().await.is_err() {
            return;
        }
    }
    // Nobody asks any more: the other side reads the end of its input.
    let _closed = output.shutdown().await;
}
