//! What is to be driven, as values that do not depend on each other: when verifications arrive,
//! when it ends, and of which work it is mixed. From these follow how many people it takes, and the
//! [`Schedule`], which is the same for the same seed.

mod arrivals;
mod climb;
mod groups;
mod mix;
mod schedule;
mod size;

pub use climb::Climb;
pub use groups::Groups;
pub use mix::{BadMix, Mix};
pub use schedule::{Event, Schedule, Task};
pub use size::{MOST_ENROLLED, MOST_LISTED, NotPlanned};

use super::record::{Arrival, Asked, Share, Stop, Surge, WorkKind};
use crate::domain::Moment;
use crate::journal::Shard;
use crate::otp::Period;
use arrivals::Arrivals;
use schedule::{Draws, Turns};
use std::time::Duration;

/// How long before its replay a code is used up: long enough for most subjects to answer.
pub(super) const LEAD: Duration = Duration::from_secs(1);

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// When verifications are due.
    pub arrival: Arrival,
    /// When it ends.
    pub stop: Stop,
    /// Of which work it is mixed.
    pub mix: Mix,
    /// A rush at the edge of the time step.
    pub surge: Option<Surge>,
    /// How long the subject is driven before anything counts.
    pub warm_up: Duration,
    /// The time step of the tokens: a code is good once in it (RFC 6238 §5.2).
    pub period: Period,
    /// People with valid codes, if that is not left to the plan.
    pub pool: Option<u32>,
    /// The most people that there can be: [`MOST_ENROLLED`] or [`MOST_LISTED`].
    pub most_people: u64,
    /// Wrong codes in a row that lock an account, if that is known.
    pub attempts: Option<u32>,
    /// Time steps by which a code may be early or late, as the subject says.
    pub window: u64,
    /// Verifications under way at once.
    pub in_flight: u32,
    /// The seed of arrivals and of the mix.
    pub seed: u64,
    /// Which part of the load this is, if not the whole.
    pub shard: Option<Shard>,
}

/// A load that can be driven.
#[derive(Debug, Clone)]
pub struct Plan {
    wanted: Wanted,
    groups: Groups,
    /// Of each kind, how many verifications the same people made before.
    turns: Turns,
    /// Verifications in all, warm-up not counted; unknown of a closed loop that ends by time.
    arrivals: Option<u64>,
}

impl Plan {
    /// The plan of what is `wanted`, with a pool of the size that it takes.
    ///
    /// # Errors
    /// [`NotPlanned`] if nothing would be measured, or a code would have to be used twice.
    pub fn of(wanted: Wanted) -> Result<Self, NotPlanned> {
        let (groups, arrivals) = size::sized(&wanted)?;
        Ok(Self { wanted, groups, turns: Turns::default(), arrivals })
    }

    /// What was asked for.
    #[must_use]
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Who is there for which work.
    #[must_use]
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// Verifications in all, of this shard, without warm-up; unknown of a closed loop that ends by
    /// time.
    #[must_use]
    pub fn arrivals(&self) -> Option<u64> {
        self.arrivals
    }

    /// From the beginning until verifications count.
    #[must_use]
    pub fn counts_from(&self) -> Duration {
        let lead = if self.groups.of(WorkKind::Replayed) > 0 { LEAD } else { Duration::ZERO };
        self.wanted.warm_up + lead
    }

    /// From the beginning to the last moment at which a verification may start, if that is known.
    #[must_use]
    pub fn ends_at(&self) -> Option<Duration> {
        self.wanted.stop.duration().map(|duration| self.counts_from() + duration)
    }

    /// Verifications under way at once.
    #[must_use]
    pub fn at_once(&self) -> usize {
        let at_once = match self.wanted.arrival {
            Arrival::Closed { people_at_once } => people_at_once,
            Arrival::Constant { .. }
            | Arrival::Poisson { .. }
            | Arrival::Ramp { .. }
            | Arrival::Steps { .. } => self.wanted.in_flight,
        };
        usize::try_from(at_once.max(1)).unwrap_or(usize::MAX)
    }

    /// Time steps by which a code may be early or late.
    #[must_use]
    pub fn window(&self) -> u64 {
        self.wanted.window
    }

    /// What happens when; `begins` is the moment of its beginning by the clock of the tokens.
    #[must_use]
    pub fn schedule(&self, begins: Moment) -> Schedule {
        Schedule::of(self, begins)
    }

    /// The same people after this, driven at a constant rate for a time: a rung of a search.
    #[must_use]
    pub fn then_at_rate(&self, per_second: u32, duration: Duration) -> Self {
        let turns = match self.wanted.arrival {
            Arrival::Steps { .. } => self.turns,
            Arrival::Constant { .. }
            | Arrival::Poisson { .. }
            | Arrival::Ramp { .. }
            | Arrival::Closed { .. } => Draws::of(self, None).run_through().0,
        };
        let (arrival, stop) = (Arrival::Constant { per_second }, Stop::After(duration));
        let wanted = Wanted { arrival, stop, ..self.wanted.clone() };
        let mut next = Self { wanted, groups: self.groups.clone(), turns, arrivals: None };
        next.arrivals = Some(Draws::of(&next, None).run_through().1);
        next
    }

    /// People of all shards together; the plan of each says the same.
    fn people_of_all_shards(&self) -> u32 {
        let Some(shard) = self.wanted.shard else { return self.groups.all() };
        let whole = Wanted { shard: None, pool: None, ..self.wanted.clone() };
        let most_people = whole.most_people.saturating_mul(shard.of().into());
        let pool = self.wanted.pool.map(|pool| pool.saturating_mul(shard.of()));
        let whole = size::sized(&Wanted { pool, most_people, ..whole });
        whole.map_or(self.groups.all(), |(groups, _)| groups.all())
    }

    /// What was asked for, as it is saved.
    #[must_use]
    pub fn asked(&self) -> Asked {
        let Wanted { arrival, stop, mix, surge, warm_up, period, in_flight, .. } = &self.wanted;
        Asked {
            arrival: arrival.clone(),
            stop: stop.clone(),
            work: mix.shares().collect::<Vec<Share>>(),
            surge: *surge,
            people: self.people_of_all_shards(),
            period_seconds: u32::try_from(period.seconds()).unwrap_or(u32::MAX),
            in_flight: *in_flight,
            warm_up: *warm_up,
        }
    }
}
