//! The port: how anything that can be asked is asked.

use crate::domain::{Answer, Declared, Drill, Drilled, Operation, Role, Soon};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The implementation under test, seen from one scenario.
///
/// An adapter implements this. Several sessions may be open at once, so asking takes `&self`.
pub trait Subject: Send + Sync {
    /// What it is and can.
    fn about(&self) -> &About;

    /// Asks `operation` on behalf of the browser session called `session`, within a bounded time.
    ///
    /// # Errors
    /// [`AskError`] when there is no answer to judge. A refusal is an answer.
    fn ask<'a>(
        &'a self,
        session: &'a str,
        operation: &'a Operation,
    ) -> Soon<'a, Result<Answer, AskError>>;

    /// Asks what a library or an app is asked; a server has no such thing.
    ///
    /// # Errors
    /// [`AskError`] when there is no answer to judge.
    fn drill<'a>(&'a self, drill: &'a Drill) -> Soon<'a, Result<Drilled, AskError>> {
        let feature = drill.name().to_owned();
        Box::pin(std::future::ready(Ok(Drilled::Unsupported { feature })))
    }

    /// Keeps what the adapter saw of the scenario beyond its answers, such as screenshots, and says
    /// where; nothing if there is none, or nobody asked for it.
    fn keep_traces(&self) -> Option<String> {
        None
    }

    /// Completes when every message that it has decided to send has left it; nothing if it cannot
    /// tell.
    fn has_sent(&self) -> Option<Soon<'_, ()>> {
        None
    }
}

/// What a subject is, and how it behaves as a partner of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its name, for people.
    pub name: String,
    /// What is under test.
    pub role: Role,
    /// The features it has, as `needs:` names them; `None` when it has all that is asked of it.
    pub features: Option<Vec<String>>,
    /// What it says of itself: claims to measure, and choices between legal ways.
    pub declared: Declared,
    /// How its clock can be moved.
    pub clock: ClockMode,
    /// When its messages reach a gateway.
    pub delivery: Settling,
}

impl About {
    /// Whether the subject has `feature`.
    #[must_use]
    pub fn has(&self, feature: &str) -> bool {
        self.features.as_ref().is_none_or(|features| features.iter().any(|known| known == feature))
    }
}

/// How a subject's clock can be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockMode {
    /// It stands still until it is advanced, and each scenario has its own.
    Virtual,
    /// It stands still until it is advanced, and all scenarios share it, one after the other.
    SharedVirtual,
    /// It follows the machine; an operation moves it forward.
    Offset,
    /// It follows the machine and cannot be moved: waits are real.
    Real,
}

/// When a message that an operation causes has reached its gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settling {
    /// Before the operation is answered.
    BeforeReply,
    /// Within this real time after the answer.
    Within(Duration),
}

/// Why there is no answer to judge. Never the subject's fault without proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// No connection, or it broke.
    #[error("cannot reach the subject: {0}")]
    Unreachable(String),
    /// No answer in time.
    #[error("no answer within {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// An answer came, and the adapter cannot tell what it means.
    #[error("the adapter cannot tell what the answer means: {0}")]
    Unclear(String),
    /// The adapter is not told how to ask this.
    #[error("the adapter does not know how to ask this: {0}")]
    Unmapped(String),
    /// The adapter is a program, and it failed or broke the protocol.
    #[error("the adapter, not the subject: {0}")]
    Adapter(String),
}
