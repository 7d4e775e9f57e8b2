//! What an experiment yields: a value or the reason why there is none, beside what the subject
//! claims.

use serde::{Serialize, Serializer};
use std::fmt;

/// One parameter, measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measured {
    /// Its name, as a declaration writes it where it has one.
    pub parameter: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// What the subject says.
    pub claim: Option<Value>,
    /// What was found.
    pub found: Result<Value, NotMeasured>,
    /// How the two stand to each other.
    pub verdict: Verdict,
    /// How many times the subject was asked for it.
    pub probes: u32,
    /// What a reader should know besides.
    pub remark: Option<String>,
}

impl Measured {
    /// Compares `found` with `claim`. `slack` is the time in seconds that may pass unseen between
    /// us and the subject, 0 where a clock stands still.
    #[must_use]
    pub fn new(
        (parameter, unit): (&'static str, Unit),
        claim: Option<Value>,
        found: Result<Value, NotMeasured>,
        slack: u64,
    ) -> Self {
        let slack = if unit == Unit::Seconds { slack } else { 0 };
        let verdict = Verdict::of(claim, found.as_ref().ok().copied(), slack);
        Self { parameter, unit, claim, found, verdict, probes: 0, remark: None }
    }

    /// The same with a remark.
    #[must_use]
    pub fn remarked(self, remark: impl Into<String>) -> Self {
        Self { remark: Some(remark.into()), ..self }
    }
}

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Decimal digits.
    Digits,
    /// Seconds.
    Seconds,
    /// Wrong codes in a row.
    WrongCodes,
    /// Time steps to either side.
    Steps,
    /// Messages.
    Messages,
    /// Nothing: the value is a word.
    Choice,
}

/// A claim or a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Just this.
    Exactly(u64),
    /// It still held at the one and no longer at the other.
    Between {
        /// The largest at which it still held.
        held: u64,
        /// The smallest at which it no longer did.
        ended: u64,
    },
    /// It still held here, and nothing larger could be tried.
    AtLeast(u64),
    /// A lock that only an administrator ends: a claim only, for no measurement waits for ever.
    UntilLifted,
    /// A choice.
    Word(&'static str),
}

/// How a claim stands to what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The claim is true as far as was measured.
    Agrees,
    /// The claim is false.
    Contradicts,
    /// The measurement ended before it could tell.
    Undecided,
    /// Nothing is claimed.
    Undeclared,
    /// Nothing was measured.
    NotMeasured,
}

impl Verdict {
    /// Compares a claim with a result.
    #[must_use]
    pub fn of(claim: Option<Value>, found: Option<Value>, slack: u64) -> Self {
        let Some(found) = found else { return Self::NotMeasured };
        let Some(claim) = claim else { return Self::Undeclared };
        let agrees = match (claim, found) {
            (Value::Exactly(claim), Value::Between { held, ended }) => {
                held <= claim.saturating_add(slack) && claim <= ended.saturating_add(slack)
            }
            (Value::Exactly(claim), Value::AtLeast(held)) => {
                if held <= claim.saturating_add(slack) {
                    return Self::Undecided;
                }
                false
            }
            (Value::UntilLifted, Value::AtLeast(_)) => true,
            (claim, found) => claim == found,
        };
        if agrees { Self::Agrees } else { Self::Contradicts }
    }
}

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotMeasured {
    /// It takes time, and time cannot be moved.
    #[error("the clock cannot be moved; waiting takes {0} s, allow it with --patience")]
    NoPatience(u64),
    /// It takes time, time cannot be moved, and no claim says how long to wait.
    #[error("the clock cannot be moved, and no claim says for how long to wait")]
    NoClock,
    /// The subject, or its map, has no such operation.
    #[error("the subject has no {0}")]
    Unsupported(String),
    /// No answer.
    #[error("{0}")]
    NoAnswer(String),
    /// Something else came than what the experiment builds on.
    #[error("{0}")]
    Odd(String),
    /// An earlier experiment gave nothing to build on.
    #[error("{0}")]
    Missing(&'static str),
    /// The bound on questions is reached.
    #[error("it would take more than {0} questions")]
    TooMany(u32),
}

impl Serialize for NotMeasured {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(value) => write!(f, "{value}"),
            Self::Between { held, ended } => write!(f, "{held}–{ended}"),
            Self::AtLeast(value) => write!(f, "≥ {value}"),
            Self::UntilLifted => f.write_str("until lifted"),
            Self::Word(word) => f.write_str(word),
        }
    }
}

impl Unit {
    /// What stands behind a number.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Seconds => " s",
            Self::Steps => " steps",
            Self::Digits | Self::WrongCodes | Self::Messages | Self::Choice => "",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Agrees => "agrees",
            Self::Contradicts => "CONTRADICTS",
            Self::Undecided => "undecided",
            Self::Undeclared => "undeclared",
            Self::NotMeasured => "not measured",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, Verdict};

    #[test]
    fn a_claim_is_compared_with_what_was_found() {
        use Value::{AtLeast, Between, Exactly, UntilLifted, Word};
        let (held, ended) = (299, 300);
        let table = [
            (None, None, Verdict::NotMeasured),
            (Some(Exactly(5)), None, Verdict::NotMeasured),
            (None, Some(Exactly(5)), Verdict::Undeclared),
            (Some(Exactly(5)), Some(Exactly(5)), Verdict::Agrees),
            (Some(Exactly(5)), Some(Exactly(4)), Verdict::Contradicts),
            (Some(Exactly(300)), Some(Between { held, ended }), Verdict::Agrees),
            (Some(Exactly(299)), Some(Between { held, ended }), Verdict::Agrees),
            (Some(Exactly(301)), Some(Between { held, ended }), Verdict::Contradicts),
            (Some(Exactly(298)), Some(Between { held, ended }), Verdict::Contradicts),
            (Some(Exactly(900)), Some(AtLeast(899)), Verdict::Undecided),
            (Some(Exactly(300)), Some(AtLeast(899)), Verdict::Contradicts),
            (Some(UntilLifted), Some(AtLeast(86_400)), Verdict::Agrees),
            (Some(UntilLifted), Some(Between { held, ended }), Verdict::Contradicts),
            (Some(Word("rotate")), Some(Word("both")), Verdict::Contradicts),
        ];
        for (claim, found, expected) in table {
            assert_eq!(Verdict::of(claim, found, 0), expected, "{claim:?} {found:?}");
        }
        let late = Some(Between { held, ended });
        assert_eq!(Verdict::of(Some(Exactly(298)), late, 2), Verdict::Agrees);
    }
}
