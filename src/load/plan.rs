//! How many verifications and how many people a load needs: pure arithmetic.

use crate::otp::Period;
use std::num::NonZeroU32;
use std::time::Duration;

/// The most people enrolled for one load: 3,000 verifications a second with 30 s steps, more than
/// one machine that also runs the subject can drive.
pub const MOST_PEOPLE: u64 = 100_000;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Verifications per second.
    pub rate: NonZeroU32,
    /// For how long verifications arrive.
    pub duration: Duration,
    /// The time step of the subject's tokens: a code is good once in it (RFC 6238 §5.2).
    pub period: Period,
}

/// A load that can be driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    load: Load,
    arrivals: u64,
    people: u32,
}

/// Why a load cannot be driven.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPlanned {
    /// No time, no verifications.
    #[error("nothing would be measured: the duration is zero")]
    NoTime,
    /// The pool cannot give every verification a fresh code.
    #[error(
        "{rate} per second × {} s = {needed} people, a code is good once; you gave {given}",
        span.as_secs_f64()
    )]
    TooSmall {
        /// Verifications per second.
        rate: NonZeroU32,
        /// The time step, or the whole duration if that is shorter.
        span: Duration,
        /// The least number of people.
        needed: u64,
        /// The number that was given.
        given: u32,
    },
    /// More people than [`MOST_PEOPLE`].
    #[error("the load needs {needed} people; at most {MOST_PEOPLE} are enrolled")]
    TooManyPeople {
        /// The number of people.
        needed: u64,
    },
}

impl Load {
    /// The time in which nobody may come twice: the time step, or the duration if that is shorter.
    fn span(&self) -> Duration {
        self.duration.min(Duration::from_secs(self.period.seconds()))
    }

    /// Arrivals within `span` from its beginning.
    fn arrivals_in(&self, span: Duration) -> u64 {
        let exact = u128::from(self.rate.get()) * span.as_nanos();
        u64::try_from(exact.div_ceil(Duration::from_secs(1).as_nanos())).unwrap_or(u64::MAX)
    }
}

impl Plan {
    /// The plan of `load`. Where people come again, a second's worth of them more than the least is
    /// enrolled: else one late start could meet the same time step twice.
    ///
    /// # Errors
    /// [`NotPlanned::NoTime`] and [`NotPlanned::TooManyPeople`].
    pub fn size(load: Load) -> Result<Self, NotPlanned> {
        let arrivals = load.arrivals_in(load.duration);
        if arrivals == 0 {
            return Err(NotPlanned::NoTime);
        }
        let spare = u64::from(load.rate.get());
        let wanted = load.arrivals_in(load.span()).saturating_add(spare).min(arrivals);
        let too_many = NotPlanned::TooManyPeople { needed: wanted };
        let people = u32::try_from(wanted).map_err(|_| too_many.clone())?;
        if wanted > MOST_PEOPLE { Err(too_many) } else { Ok(Self { load, arrivals, people }) }
    }

    /// The same load with a pool of `people`.
    ///
    /// # Errors
    /// [`NotPlanned::TooSmall`] and [`NotPlanned::TooManyPeople`].
    pub fn with_pool(self, people: u32) -> Result<Self, NotPlanned> {
        let span = self.load.span();
        let needed = self.load.arrivals_in(span);
        if u64::from(people) < needed {
            return Err(NotPlanned::TooSmall { rate: self.load.rate, span, needed, given: people });
        }
        if u64::from(people) > MOST_PEOPLE {
            return Err(NotPlanned::TooManyPeople { needed: people.into() });
        }
        Ok(Self { people, ..self })
    }

    /// What was asked for.
    #[must_use]
    pub fn load(&self) -> Load {
        self.load
    }

    /// Verifications in all.
    #[must_use]
    pub fn arrivals(&self) -> u64 {
        self.arrivals
    }

    /// People to enrol.
    #[must_use]
    pub fn people(&self) -> u32 {
        self.people
    }

    /// When the verification number `arrival`, from 0, is to start, after the beginning.
    #[must_use]
    pub fn intended(&self, arrival: u64) -> Duration {
        let second = Duration::from_secs(1).as_nanos();
        let nanos = u128::from(arrival) * second / u128::from(self.load.rate.get());
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// Which person makes the verification number `arrival`.
    #[must_use]
    pub fn person(&self, arrival: u64) -> usize {
        usize::try_from(arrival % u64::from(self.people)).unwrap_or(0)
    }

    /// Whether somebody makes more than one verification.
    #[must_use]
    pub fn people_come_again(&self) -> bool {
        self.arrivals > u64::from(self.people)
    }
}
