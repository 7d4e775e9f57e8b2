//! The adapter while it is examined: what it was asked, and what it said, in the order it said it.

use super::Failure;
use crate::adapters::conversation::Conversation;
use crate::adapters::link::{Line, quote};
use crate::adapters::protocol::{Answered, Outcome, Said, Welcome, read};
use crate::adapters::{Limits, NotReachable};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::timeout;

/// More lines than this beside the answers are not kept: the first ones tell enough.
const MOST_STRAYS: usize = 8;

pub(super) struct Patient {
    pub(super) conversation: Conversation,
    pub(super) limits: Limits,
    next: u32,
    asked: BTreeSet<String>,
    /// Answers that came before anybody looked for them.
    early: BTreeMap<String, String>,
    heard: BTreeSet<String>,
    /// Lines that are no answers.
    pub(super) strays: Vec<String>,
    /// Answers that came twice, or to nobody.
    pub(super) surplus: Vec<String>,
    /// The line that answered the first `hello`, and what it says.
    pub(super) greeting: String,
    pub(super) welcome: Option<Welcome>,
    /// Whether it ended where it was asked something.
    pub(super) has_ended: bool,
}

impl Patient {
    pub(super) async fn open(target: &str, limits: Limits) -> Result<Self, NotReachable> {
        Ok(Self {
            conversation: Conversation::open(target).await?,
            limits,
            next: 0,
            asked: BTreeSet::new(),
            early: BTreeMap::new(),
            heard: BTreeSet::new(),
            strays: Vec::new(),
            surplus: Vec::new(),
            greeting: String::new(),
            welcome: None,
            has_ended: false,
        })
    }

    /// Starts it anew after it has ended, and greets it. Says whether it is there again.
    pub(super) async fn begin_anew(&mut self, target: &str) -> bool {
        let Ok(conversation) = Conversation::open(target).await else { return false };
        self.conversation = conversation;
        self.has_ended = false;
        super::greeting::greet(self).await.is_ok()
    }

    /// A request as a line, with an id of its own.
    pub(super) fn request(&mut self, operation: &str, args: &Value) -> (String, String) {
        self.next += 1;
        let id = format!("doctor-{}", self.next);
        let line = self.request_as(&id, operation, args);
        (id, line)
    }

    /// A request as a line, under `id`.
    pub(super) fn request_as(&mut self, id: &str, operation: &str, args: &Value) -> String {
        self.asked.insert(id.to_owned());
        let deadline_ms = u64::try_from(self.patience(operation).as_millis()).unwrap_or(u64::MAX);
        let mut request = json!({ "id": id, "op": operation, "args": args });
        if !matches!(operation, "hello" | "bye") {
            request["scope"] = json!({ "scenario": "doctor", "session": "main" });
        }
        request["deadline_ms"] = json!(deadline_ms);
        format!("{request}\n")
    }

    fn patience(&self, operation: &str) -> Duration {
        if operation == "hello" { self.limits.start } else { self.limits.operation }
    }

    /// Asks `operation` and waits for the line that answers.
    pub(super) async fn ask(&mut self, operation: &str, args: Value) -> Result<String, Failure> {
        let (id, line) = self.request(operation, &args);
        self.conversation.say(line.as_bytes()).await;
        let patience = self.patience(operation);
        self.hear(&id, operation, patience).await
    }

    /// Waits for the line that answers `id`.
    pub(super) async fn hear(
        &mut self,
        id: &str,
        operation: &str,
        patience: Duration,
    ) -> Result<String, Failure> {
        // Signs of life do not extend this: an examination asks nothing that takes long.
        let waiting = timeout(patience, async {
            loop {
                if let Some(line) = self.early.remove(id) {
                    return Some(line);
                }
                let line = self.conversation.next().await?;
                self.take(line);
            }
        });
        let silent = match waiting.await {
            Ok(Some(line)) => return Ok(line),
            Ok(None) => {
                self.has_ended = true;
                self.conversation.epitaph().await
            }
            Err(_) => {
                let ms = patience.as_millis();
                let words = self.conversation.last_words();
                let stray = self.strays.last().map(|line| format!("; it said `{line}`"));
                format!("nothing within {ms} ms{}{words}", stray.unwrap_or_default())
            }
        };
        let id = Value::from(id);
        let expected = format!("an answer to `{operation}`: {{\"id\":{id},\"ok\":{{…}}}}");
        Err(Failure { offending: silent, expected })
    }

    /// Puts a line where it belongs.
    pub(super) fn take(&mut self, line: Line) {
        let text = match line {
            Line::Text(text) => text,
            Line::NoText(begin) => return self.stray(&format!("not UTF-8: {begin}")),
            Line::TooLong(begin) => return self.stray(&format!("too long: {begin}")),
        };
        let id = match read(&text) {
            Ok(Said::Progress(_)) => return,
            Ok(Said::Answered(answered)) => answered.id,
            Err((Some(id), _)) => id,
            Err((None, _)) => return self.stray(&text),
        };
        if self.asked.contains(&id) && self.heard.insert(id.clone()) {
            self.early.insert(id, text);
        } else if self.surplus.len() < MOST_STRAYS {
            self.surplus.push(quote(&text));
        }
    }

    fn stray(&mut self, text: &str) {
        if self.strays.len() < MOST_STRAYS {
            self.strays.push(quote(text));
        }
    }

    /// Ends the adapter, if it has not ended by itself.
    pub(super) async fn dismiss(mut self) {
        let goodbye = self.limits.goodbye;
        self.conversation.finish(goodbye).await;
    }
}

/// The outcome that `line` tells.
pub(super) fn outcome(line: &str, expected: &str) -> Result<Outcome, Failure> {
    match read(line) {
        Ok(Said::Answered(Answered { outcome, .. })) => Ok(outcome),
        Ok(Said::Progress(_)) => Err(failure(line, expected)),
        Err((_, why)) => Err(failure(&format!("{line} ({why})"), expected)),
    }
}

pub(super) fn failure(offending: &str, expected: &str) -> Failure {
    Failure { offending: quote(offending), expected: expected.to_owned() }
}
