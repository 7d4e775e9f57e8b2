//! Push: a question that a service puts to the app of a bound token while the page waits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the owner of the app answers.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PushAnswer {
    /// It is me.
    Confirm,
    /// No.
    Cancel,
    /// No, and somebody else is at work.
    Concern,
}

/// An answer, with what was tapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushReply {
    /// What is answered.
    pub answer: PushAnswer,
    /// Which number is tapped, where the app asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tap: Option<Tap>,
}

/// Which of the numbers on the app's screen is tapped (number matching).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tap {
    /// This one: the page showed it.
    Number(String),
    /// Any other than this one.
    OtherThan(String),
}

impl fmt::Display for PushAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Confirm => "confirm",
            Self::Cancel => "cancel",
            Self::Concern => "concern",
        })
    }
}
