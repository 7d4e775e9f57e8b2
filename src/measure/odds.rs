//! What a guesser's odds are, from what was measured: RFC 4226 §6 with the numbers of this subject.

use super::finding::{Measured, Value};
use serde::Serialize;

/// Guesses per second where nothing stops them, the rate that OWASP's WSTG-ATHN-11 reckons with.
pub const RATE: u64 = 10;

/// Seconds of a day.
const DAY: u64 = 24 * 60 * 60;

/// The odds of guessing one kind of code, for somebody who has the password.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Odds {
    /// Which codes are guessed.
    pub target: &'static str,
    /// Digits of a code.
    pub digits: u64,
    /// Codes that are valid at once.
    pub valid: u64,
    /// How many guesses a day allows.
    pub effort: Effort,
    /// The chance that a day of guessing succeeds.
    pub per_day: f64,
}

/// How many guesses a day allows, and what bounds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// So many attacks of so many guesses.
    Locked {
        /// Guesses until the lock.
        guesses: u64,
        /// Locks in a day: 1 where a lock outlasts it.
        attacks: u64,
    },
    /// Nothing but the network: [`RATE`] guesses per second.
    Free {
        /// Why nothing bounds them.
        why: &'static str,
    },
}

impl Effort {
    /// The chance of success in a day against `valid` codes of `digits` digits.
    #[must_use]
    pub fn success(self, digits: u64, valid: u64) -> f64 {
        let share = real(valid) / 10_f64.powf(real(digits));
        let (tries, each) = match self {
            // RFC 4226 §6: s · v / 10^d in each attack.
            Self::Locked { guesses, attacks } => (attacks, real(guesses) * share),
            // The codes change meanwhile, so each guess stands for itself.
            Self::Free { .. } => (RATE * DAY, share),
        };
        -(real(tries) * (-each.min(1.0)).ln_1p()).exp_m1()
    }

    fn of(rows: &[Measured]) -> Option<Self> {
        let guesses = match value(rows, "attempts")? {
            Value::AtLeast(_) => return Some(Self::Free { why: "no lock was found" }),
            Value::Exactly(guesses) => guesses,
            Value::Between { .. } | Value::UntilLifted | Value::Word(_) => return None,
        };
        let forgets = |parameter| value(rows, parameter) == Some(Value::Word("forgotten"));
        if forgets("failures_across_sessions") || forgets("failures_across_resends") {
            return Some(Self::Free { why: "the count of wrong codes begins anew when asked" });
        }
        Some(match value(rows, "lockout") {
            Some(Value::Exactly(0)) => Self::Free { why: "only the sign-in under way ends" },
            Some(Value::Between { ended, .. }) if ended < DAY => {
                Self::Locked { guesses, attacks: DAY.div_ceil(ended.max(1)) }
            }
            _ => Self::Locked { guesses, attacks: 1 },
        })
    }
}

/// The odds that `rows` allow to reckon; what was not measured is left out.
#[must_use]
pub fn odds(rows: &[Measured]) -> Vec<Odds> {
    let Some(effort) = Effort::of(rows) else { return Vec::new() };
    let delivered =
        number(rows, "code_digits").map(|digits| ("delivered code", digits, alive(rows)));
    let sides = number(rows, "token_look_back").zip(number(rows, "token_look_ahead"));
    let token = number(rows, "token_digits").zip(sides);
    let token =
        token.map(|(digits, (back, ahead))| ("code of the token", digits, back + 1 + ahead));
    let reckon = |(target, digits, valid): (&'static str, u64, u64)| {
        let per_day = effort.success(digits, valid);
        Odds { target, digits, valid, effort, per_day }
    };
    delivered.into_iter().chain(token).map(reckon).collect()
}

/// Delivered codes of one sign-in that are alive at once.
fn alive(rows: &[Measured]) -> u64 {
    match (value(rows, "resend"), number(rows, "messages")) {
        (Some(Value::Word("both")), Some(messages)) => messages.max(1),
        _ => 1,
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts below 2^53")]
fn real(value: u64) -> f64 {
    value as f64
}

fn value(rows: &[Measured], parameter: &str) -> Option<Value> {
    rows.iter().find(|row| row.parameter == parameter)?.found.as_ref().ok().copied()
}

/// A count, at its least: shorter codes and fewer steps are the cautious reading of a range.
fn number(rows: &[Measured], parameter: &str) -> Option<u64> {
    match value(rows, parameter)? {
        Value::Exactly(number) | Value::AtLeast(number) => Some(number),
        Value::Between { held, .. } => Some(held),
        Value::UntilLifted | Value::Word(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Effort;

    fn percent(odds: f64) -> String {
        format!("{:.1}", odds * 100.0)
    }

    #[test]
    fn free_guessing_finds_one_code_of_a_million_more_often_than_not() {
        let free = Effort::Free { why: "a test" };
        // OWASP WSTG-ATHN-11 says 58 %; with a step to either side there are three valid codes.
        assert_eq!(percent(free.success(6, 1)), "57.9");
        assert_eq!(percent(free.success(6, 3)), "92.5");
    }

    #[test]
    fn a_lock_that_ends_multiplies_the_attacks() {
        let until_lifted = Effort::Locked { guesses: 5, attacks: 1 };
        assert_eq!(format!("{:.1e}", until_lifted.success(6, 3)), "1.5e-5");
        let minutes = Effort::Locked { guesses: 5, attacks: 1440 };
        assert_eq!(percent(minutes.success(6, 3)), "2.1");
        assert!(minutes.success(1, 9) <= 1.0);
    }
}
