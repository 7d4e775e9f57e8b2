//! Who waits for which answer. No IO: lines go in, and whoever waits is told.

use super::Trouble;
use super::lines::{Line, quote};
use crate::adapters::protocol::{self, Outcome, Said};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{oneshot, watch};

/// How many ids are remembered after their time, to tell a doubled answer from an unknown one.
const REMEMBERED: usize = 1024;

/// Requests in a row without an answer, after which an adapter counts as hung.
pub(super) const MOST_SILENCES: u32 = 3;

/// A request under way.
pub(super) struct Wait {
    pub(super) id: u64,
    pub(super) outcome: oneshot::Receiver<Result<Outcome, Trouble>>,
    /// Counts signs of life.
    pub(super) progress: watch::Receiver<u32>,
}

/// A request that was under way when the adapter ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnderWay {
    /// Its id.
    pub(crate) id: u64,
    /// What was asked.
    pub(crate) operation: String,
    /// The same line again, if asking twice changes nothing.
    pub(crate) again: Option<String>,
}

struct Waiting {
    under_way: UnderWay,
    outcome: oneshot::Sender<Result<Outcome, Trouble>>,
    progress: watch::Sender<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Past {
    Answered,
    GivenUp,
}

#[derive(Default)]
struct State {
    last: u64,
    waiting: BTreeMap<u64, Waiting>,
    past: VecDeque<(u64, Past)>,
    /// What was said against the protocol while nobody waited.
    complaint: Option<String>,
    ended: Option<String>,
    under_way_at_end: Vec<UnderWay>,
    silences: u32,
}

/// The requests of one connection.
#[derive(Default)]
pub(super) struct Desk(Mutex<State>);

impl Desk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the next request.
    pub(super) fn next_id(&self) -> u64 {
        let mut state = self.state();
        state.last += 1;
        state.last
    }

    /// Begins to wait for the answer to `under_way`.
    pub(super) fn expect(&self, under_way: UnderWay) -> Result<Wait, Trouble> {
        let mut state = self.state();
        if state.ended.is_some() {
            return Err(Trouble::Gone);
        }
        if let Some(complaint) = state.complaint.take() {
            return Err(Trouble::Broke(complaint));
        }
        let id = under_way.id;
        let (sender, outcome) = oneshot::channel();
        let (signs, progress) = watch::channel(0);
        state.waiting.insert(id, Waiting { under_way, outcome: sender, progress: signs });
        Ok(Wait { id, outcome, progress })
    }

    /// `id` is asked and nobody waits for its answer. Says whether there is anybody to ask.
    pub(super) fn announce(&self, id: u64) -> bool {
        let mut state = self.state();
        state.remember(id, Past::GivenUp);
        state.ended.is_none()
    }

    /// Nobody waits for `id` any more; its answer may still come.
    pub(super) fn forget(&self, id: u64) {
        let mut state = self.state();
        if state.waiting.remove(&id).is_some() {
            state.remember(id, Past::GivenUp);
        }
    }

    /// A deadline passed without an answer. Says whether the adapter counts as hung.
    pub(super) fn was_silent(&self) -> bool {
        let mut state = self.state();
        state.silences += 1;
        state.silences >= MOST_SILENCES
    }

    /// Takes in a line, and tells those whom it concerns.
    pub(super) fn hear(&self, line: Line) {
        let mut state = self.state();
        match line {
            Line::Text(text) => match protocol::read(&text) {
                Ok(Said::Answered(answered)) => {
                    state.answered(&answered.id, answered.outcome, &text);
                }
                Ok(Said::Progress(progress)) => state.progressed(&progress.id, &text),
                Err((id, why)) => state.spoilt(id.as_deref(), &why.0, &text),
            },
            Line::NoText(begin) => state.complain(&format!(
                "a line of its output is not UTF-8: `{begin}`; write JSON as UTF-8, and binary \
                 values as base64"
            )),
            Line::TooLong(begin) => state.complain(&format!(
                "a line of its output has more than {} bytes: `{}`",
                protocol::MAX_LINE_BYTES,
                quote(&begin)
            )),
        }
    }

    /// The adapter is gone: everybody is told. Only the first reason counts.
    pub(super) fn end(&self, why: &str) {
        let mut state = self.state();
        if state.ended.is_some() {
            return;
        }
        state.ended = Some(why.to_owned());
        let waiting = std::mem::take(&mut state.waiting);
        for (_, Waiting { under_way, outcome, .. }) in waiting {
            state.under_way_at_end.push(under_way);
            // Whoever has gone meanwhile need not be told.
            let _ = outcome.send(Err(Trouble::Ended));
        }
    }

    /// Why the adapter is gone, if it is.
    pub(super) fn ended(&self) -> Option<String> {
        self.state().ended.clone()
    }

    /// What was under way when the adapter ended.
    pub(super) fn under_way_at_end(&self) -> Vec<UnderWay> {
        self.state().under_way_at_end.clone()
    }
}

impl State {
    fn remember(&mut self, id: u64, past: Past) {
        self.past.push_back((id, past));
        if self.past.len() > REMEMBERED {
            self.past.pop_front();
        }
    }

    /// The number behind `id`, if it is one of ours, to the letter.
    fn number(id: &str) -> Option<u64> {
        id.parse().ok().filter(|number: &u64| number.to_string() == id)
    }

    fn answered(&mut self, id: &str, outcome: Outcome, line: &str) {
        let number = Self::number(id);
        if let Some(waiting) = number.and_then(|number| self.waiting.remove(&number)) {
            self.silences = 0;
            self.remember(waiting.under_way.id, Past::Answered);
            // Whoever has gone meanwhile need not be told.
            let _ = waiting.outcome.send(Ok(outcome));
            return;
        }
        let past = self.past.iter().rev().find(|(past, _)| Some(*past) == number);
        match past {
            // It comes late, but it comes: the adapter lives.
            Some((_, Past::GivenUp)) => self.silences = 0,
            Some((_, Past::Answered)) => self.complain(&format!(
                "it answered request \"{id}\" twice, the second time: `{}`",
                quote(line)
            )),
            None => self.unknown(id, line),
        }
    }

    fn progressed(&mut self, id: &str, line: &str) {
        let number = Self::number(id);
        match number.and_then(|number| self.waiting.get(&number)) {
            Some(waiting) => waiting.progress.send_modify(|signs| *signs += 1),
            None if self.past.iter().any(|(past, _)| Some(*past) == number) => {}
            None => self.unknown(id, line),
        }
    }

    fn unknown(&mut self, id: &str, line: &str) {
        let open: Vec<String> = self.waiting.keys().map(|id| format!("\"{id}\"")).collect();
        let open = if open.is_empty() { "none".to_owned() } else { open.join(", ") };
        self.complain(&format!(
            "it answered with an id that nobody asked with, \"{id}\": `{}`; waiting for an answer: \
             {open}",
            quote(line)
        ));
    }

    /// A line of ours that means nothing, or one that is not ours.
    fn spoilt(&mut self, id: Option<&str>, why: &str, line: &str) {
        let number = id.and_then(Self::number);
        if let Some(waiting) = number.and_then(|number| self.waiting.remove(&number)) {
            self.silences = 0;
            self.remember(waiting.under_way.id, Past::Answered);
            let why = format!("{why}: `{}`", quote(line));
            let _ = waiting.outcome.send(Err(Trouble::Broke(why)));
            return;
        }
        let hint = if line.trim_start().starts_with('{') {
            "every line repeats the id of its request, as the text that it was"
        } else {
            "standard output is for the protocol only: does a print or a logger write there? \
             Standard error is free"
        };
        self.complain(&format!(
            "a line of its output is no message ({why}): `{}`; {hint}",
            quote(line)
        ));
    }

    /// Everybody who waits is told; if nobody does, whoever asks next.
    fn complain(&mut self, what: &str) {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            self.complaint.get_or_insert_with(|| what.to_owned());
        }
        for (id, Waiting { outcome, .. }) in waiting {
            self.remember(id, Past::GivenUp);
            let _ = outcome.send(Err(Trouble::Broke(what.to_owned())));
        }
    }
}
