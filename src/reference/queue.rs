//! The queue of a server that answers before it sends: one worker takes the messages away, one
//! after the other, so that they arrive in the order in which they were decided.

use super::delivery::{Courier, offer};
use crate::domain::Message;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

/// Messages on their way. What is still in it when it is dropped is not sent any more.
#[derive(Debug)]
pub(super) struct Queue {
    messages: mpsc::Sender<Message>,
    worker: AbortHandle,
}

impl Queue {
    /// Messages that may wait. With more, the answers wait too, as a server's would that is asked
    /// for more than its provider takes.
    const LONGEST: usize = 64;

    /// A queue whose worker hands messages to `courier`. It needs a runtime to work in.
    pub(super) fn start(courier: Arc<dyn Courier>, retries: bool) -> Self {
        let (messages, mut waiting) = mpsc::channel::<Message>(Self::LONGEST);
        let worker = tokio::spawn(async move {
            while let Some(message) = waiting.recv().await {
                let _not_told = offer(courier.as_ref(), &message, retries).await;
            }
        });
        Self { messages, worker: worker.abort_handle() }
    }

    /// Puts `message` behind the others.
    pub(super) async fn put(&self, message: Message) {
        // The worker ends with the queue only, so that there is somebody to take it.
        let _taken = self.messages.send(message).await;
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.worker.abort();
    }
}
