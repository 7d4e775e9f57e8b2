//! When a load begins: at once, or at a moment that all shards were told.

use super::super::{Exit, Stopped};
use crate::domain::{Clock, Moment, WallClock};
use std::str::FromStr;
use std::time::Duration;

/// The longest wait for the beginning: who is told a time further ahead was told a wrong one.
const LONGEST: Duration = Duration::from_hours(1);

/// The next full minute must be so far ahead that machines started together mean the same one, if
/// they were not started just then.
const LEAST: Duration = Duration::from_secs(15);

/// When a load is to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// At this moment.
    At(Moment),
    /// At the next full minute that is not too near.
    NextMinute,
}

impl FromStr for Start {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "next-minute" {
            return Ok(Self::NextMinute);
        }
        let moment = serde_json::from_value(serde_json::Value::from(text));
        moment
            .map(Self::At)
            .map_err(|_| "write a moment such as 2030-01-31T12:00:00Z, or next-minute".to_owned())
    }
}

impl Start {
    /// The moment that is meant, seen from `now`.
    pub(super) fn moment(self, now: Moment) -> Result<Moment, String> {
        let at = match self {
            Self::At(at) => at,
            Self::NextMinute => {
                let earliest = (now + LEAST).unix_ms();
                let minute = 60_000;
                let into = earliest.rem_euclid(minute);
                (now + LEAST).skewed_by_ms((minute - into) % minute)
            }
        };
        if at < now {
            let late = (now - at).as_secs_f64();
            return Err(format!(
                "--start-at {at} has passed {late:.1} s ago, by this machine's clock ({now}); all \
                 shards must begin together, so choose a later moment for all, and see that their \
                 clocks agree"
            ));
        }
        let ahead = at - now;
        if ahead > LONGEST {
            return Err(format!(
                "--start-at {at} is {} s ahead, by this machine's clock ({now}); at most {} s are \
                 waited",
                ahead.as_secs(),
                LONGEST.as_secs()
            ));
        }
        Ok(at)
    }
}

/// Waits until `at`; refuses if it has passed while people enrolled.
pub(super) async fn wait_for(at: Option<Moment>, clock: &WallClock) -> Result<(), Stopped> {
    let Some(at) = at else { return Ok(()) };
    let now = clock.now();
    if now > at {
        let message = format!(
            "error: nothing was measured: enrolling took until {:.1} s after --start-at {at}; choose \
             a later moment for all shards",
            (now - at).as_secs_f64()
        );
        return Err(Stopped::new(Exit::Inconclusive, message));
    }
    super::super::print_aside(&format!(
        "enrolled; beginning at {at}, in {:.1} s by this machine's clock\n",
        (at - now).as_secs_f64()
    ));
    clock.wait_until(at).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Start;
    use crate::domain::Moment;

    fn at(text: &str) -> Moment {
        serde_json::from_value(text.into()).expect("a moment")
    }

    #[test]
    fn the_next_minute_is_full_and_not_too_near() {
        let next = |now: &str| Start::NextMinute.moment(at(now)).expect("a moment").to_string();
        assert_eq!(next("2030-01-31T12:00:01Z"), "2030-01-31T12:01:00.000Z");
        assert_eq!(next("2030-01-31T12:00:45Z"), "2030-01-31T12:01:00.000Z");
        assert_eq!(next("2030-01-31T12:00:46Z"), "2030-01-31T12:02:00.000Z");
    }

    #[test]
    fn a_moment_that_has_passed_or_is_far_ahead_is_refused() {
        let start: Start = "2030-01-31T12:00:00Z".parse().expect("a start");
        assert_eq!(start.moment(at("2030-01-31T11:59:00Z")), Ok(at("2030-01-31T12:00:00Z")));
        let passed = start.moment(at("2030-01-31T12:00:02.5Z")).expect_err("passed");
        assert!(passed.contains("has passed 2.5 s ago") && passed.contains("clocks agree"));
        let far = start.moment(at("2030-01-31T10:59:00Z")).expect_err("far");
        assert!(far.contains("3660 s ahead"), "{far}");
        assert!("soon".parse::<Start>().expect_err("no start").contains("next-minute"));
    }
}
