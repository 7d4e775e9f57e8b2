//! What passes between us and a server, and what the map makes of it, for somebody who writes one.

use crate::domain::reply::ReplyKind;
use std::sync::{Mutex, PoisonError};

/// One thing that happened while an operation was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// A request went out.
    Sent {
        /// Method and URL.
        request: String,
        /// Its headers, cookies among them.
        headers: Vec<(String, String)>,
        /// Its body, if it has one.
        body: Option<String>,
    },
    /// Its answer came.
    Came {
        /// The HTTP status.
        status: u16,
        /// Its headers.
        headers: Vec<(String, String)>,
        /// Its body as text.
        body: String,
    },
    /// A value was kept for later, or nothing was found.
    Captured {
        /// The variable.
        name: String,
        /// What was found.
        value: Option<String>,
    },
    /// This request and those after it were not sent.
    NotSent {
        /// Its place in the map.
        place: String,
        /// Why its `when` does not fit.
        why: String,
    },
    /// A rule does not fit the last answer.
    PassedOver {
        /// Its place in the map.
        place: String,
        /// Which condition is not met.
        why: String,
    },
    /// The rule that counts.
    Fits {
        /// Its place in the map.
        place: String,
        /// What it makes of the answer.
        reply: ReplyKind,
    },
}

/// What was seen since it was last taken.
#[derive(Debug, Default)]
pub struct Trace(Mutex<Vec<Seen>>);

impl Trace {
    pub(super) fn note(&self, seen: Seen) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    }

    /// Takes what was seen, in order.
    #[must_use]
    pub fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
