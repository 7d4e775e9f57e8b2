//! What befell a message on its way, by our own doing or because it was unfit to be delivered.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What befell a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Disturbance {
    /// It was accepted and shown only after this time.
    Delayed {
        /// In milliseconds.
        by_ms: u64,
    },
    /// It was accepted and shown only after the next one.
    Overtaken,
    /// It was accepted and never shown.
    Lost,
    /// It was accepted and shown twice.
    Duplicated,
    /// It was accepted and shown without its end.
    Truncated,
    /// It was accepted and shown to somebody else.
    Misdelivered,
    /// The gateway refused it, and the sender was told.
    Refused {
        /// Whether trying again is pointless.
        lasting: bool,
    },
    /// The connection was closed without an answer; it was not taken.
    HungUp,
    /// It was taken, and the connection was closed before the sender heard of it.
    Unanswered,
    /// It was taken, and the answer came late.
    Slowed,
    /// The gateway refused it for a fault of its own, as any other gateway would.
    Unfit {
        /// What is wrong with it.
        rule: Unfit,
    },
}

/// The rule that an unfit message breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unfit {
    /// A line of more than 998 characters (RFC 5322 §2.1.1).
    LongLine,
    /// A bare CR or LF (RFC 5321 §2.3.8), a NUL, or more octets than were announced.
    Otherwise,
}

impl Disturbance {
    /// Whether the sender learnt that the message was not delivered, or at least did not hear that
    /// it was.
    #[must_use]
    pub fn told_sender(self) -> bool {
        match self {
            Self::Refused { .. } | Self::HungUp | Self::Unanswered | Self::Unfit { .. } => true,
            Self::Delayed { .. }
            | Self::Overtaken
            | Self::Lost
            | Self::Duplicated
            | Self::Truncated
            | Self::Misdelivered
            | Self::Slowed => false,
        }
    }

    /// Whether, by our doing, the person for whom it was may look for it in vain, at least for a
    /// while.
    #[must_use]
    pub fn withholds(self) -> bool {
        match self {
            Self::Delayed { .. }
            | Self::Overtaken
            | Self::Lost
            | Self::Truncated
            | Self::Misdelivered
            | Self::Refused { .. }
            | Self::HungUp => true,
            // An unfit message is its sender's doing.
            Self::Duplicated | Self::Unanswered | Self::Slowed | Self::Unfit { .. } => false,
        }
    }
}

impl fmt::Display for Disturbance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Delayed { by_ms } => return write!(f, "held back for {} s", by_ms / 1000),
            Self::Overtaken => "held back until the next one is there",
            Self::Lost => "taken and lost",
            Self::Duplicated => "taken and shown twice",
            Self::Truncated => "taken and cut short",
            Self::Misdelivered => "taken and shown to somebody else",
            Self::Refused { lasting: true } => "refused for good",
            Self::Refused { lasting: false } => "refused for now",
            Self::HungUp => "not taken: the connection was closed without an answer",
            Self::Unanswered => "taken, but the connection was closed before the answer",
            Self::Slowed => "taken, with a slow answer",
            Self::Unfit { rule: Unfit::LongLine } => "refused: it has a line of more than 998",
            Self::Unfit { rule: Unfit::Otherwise } => "refused: it is no sound mail",
        })
    }
}
