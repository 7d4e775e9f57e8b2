//! The queue of a server that answers before it sends: one worker takes the messages away, one
//! after the other, so that they arrive in the order in which they were decided.

use super::delivery::{Courier, offer};
use crate::domain::Message;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

/// What stands in the queue.
enum Waiting {
    Message(Message),
    /// Somebody who wants to know when all before it has left.
    Onlooker(oneshot::Sender<()>),
}

/// Messages on their way. What is still in it when it is dropped is not sent any more.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: mpsc::Sender<Waiting>,
    worker: AbortHandle,
}

impl Queue {
    /// Messages that may wait. With more, the answers wait too, as a server's would that is asked
    /// for more than its provider takes.
    const LONGEST: usize = 64;

    /// A queue whose worker hands messages to `courier`. It needs a runtime to work in.
    pub(super) fn start(courier: Arc<dyn Courier>, retries: bool) -> Self {
        let (waiting, mut next) = mpsc::channel(Self::LONGEST);
        let worker = tokio::spawn(async move {
            while let Some(first) = next.recv().await {
                match first {
                    Waiting::Message(message) => {
                        let _not_told = offer(courier.as_ref(), &message, retries).await;
                    }
                    // Who has gone away need not be told.
                    Waiting::Onlooker(onlooker) => drop(onlooker.send(())),
                }
            }
        });
        Self { waiting, worker: worker.abort_handle() }
    }

    /// Puts `message` behind the others.
    pub(super) async fn put(&self, message: Message) {
        // The worker ends with the queue only, so that there is somebody to take it.
        let _taken = self.waiting.send(Waiting::Message(message)).await;
    }

    /// Completes when all that is in it now has left.
    pub(super) async fn is_through(&self) {
        let (onlooker, told) = oneshot::channel();
        if self.waiting.send(Waiting::Onlooker(onlooker)).await.is_ok() {
            let _told = told.await;
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.worker.abort();
    }
}
