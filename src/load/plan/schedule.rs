//! What happens when, and who does it: lazily, because a long load has many millions of events.

use super::mix::{KINDS, place};
use super::{Arrivals, Groups, LEAD, Mix, Plan, Wanted};
use crate::domain::{Chance, Moment};
use crate::load::record::{Arrival, Stop, WorkKind};
use std::iter::Peekable;
use std::time::Duration;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// A verification.
    Verify(WorkKind),
    /// A valid code is used up, so that it can be replayed; this is not measured.
    Spend,
}

/// Something that somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// When it is to start, from the beginning of the load.
    pub intended: Duration,
    /// What it is.
    pub task: Task,
    /// The number of the person.
    pub person: u32,
    /// Whether it counts: neither warm-up nor preparation.
    pub counts: bool,
}

/// Of each kind, how many there have been.
pub(super) type Turns = [u64; KINDS.len()];

/// Verifications in the order in which they are due.
pub(super) struct Draws {
    warm_up: Peekable<Arrivals>,
    main: Peekable<Arrivals>,
    surge: Peekable<Surges>,
    warm_up_lasts: Duration,
    chance: Chance,
    mix: Mix,
    groups: Groups,
    /// How many of each kind there have been.
    turns: Turns,
    /// How many of all shards there have been, and which of them are ours.
    number: u64,
    ours: (u64, u64),
}

/// Points of time at the edges of the time step, each as often as the surge is strong.
struct Surges {
    next: Duration,
    period: Duration,
    strength: u32,
    left: u32,
    until: Duration,
}

impl Iterator for Surges {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        if self.left == 0 {
            self.next += self.period;
            self.left = self.strength;
        }
        if self.left == 0 || self.next >= self.until {
            return None;
        }
        self.left -= 1;
        Some(self.next)
    }
}

impl Surges {
    /// From the beginning of what counts, which is at `begins` by the clock of the tokens.
    fn of(wanted: &Wanted, begins: Option<Moment>) -> Self {
        let strength = wanted.surge.map_or(0, |surge| surge.verifications);
        let period = Duration::from_secs(wanted.period.seconds());
        let into = begins.map_or(0, |begins| {
            begins.unix_ms().rem_euclid(i64::try_from(period.as_millis()).unwrap_or(i64::MAX))
        });
        let into = Duration::from_millis(into.unsigned_abs());
        let next = if into.is_zero() { Duration::ZERO } else { period.saturating_sub(into) };
        let until = wanted.stop.duration().unwrap_or_default();
        Self { next, period, strength, left: strength, until }
    }
}

impl Draws {
    /// Those of `plan`; `begins` is the moment at which they begin to count, if that is known.
    pub(super) fn of(plan: &Plan, begins: Option<Moment>) -> Self {
        let mut draws = Self::by(&plan.wanted, &plan.groups, begins);
        draws.turns = plan.turns;
        draws
    }

    /// How many there have been when all are over, and how many of ours count.
    pub(super) fn run_through(mut self) -> (Turns, u64) {
        let counted = self.by_ref().filter(|event| event.counts).count();
        (self.turns, counted as u64)
    }

    /// Those of `wanted`, made by `groups`.
    pub(super) fn by(wanted: &Wanted, groups: &Groups, begins: Option<Moment>) -> Self {
        let chance = |purpose: &str| Chance::seeded(wanted.seed, purpose);
        let first = match wanted.arrival {
            Arrival::Constant { per_second }
            | Arrival::Poisson { per_second }
            | Arrival::Ramp { from: per_second, .. }
            | Arrival::Steps { from: per_second, .. } => per_second,
            Arrival::Closed { .. } => 0,
        };
        let (warm, until) = (Arrival::Constant { per_second: first }, Stop::After(wanted.warm_up));
        let warm_up = Arrivals::of(&warm, &until, chance("load/warm-up"));
        let main = Arrivals::of(&wanted.arrival, &wanted.stop, chance("load/arrivals"));
        let shard = wanted.shard;
        Self {
            warm_up: warm_up.peekable(),
            main: main.peekable(),
            surge: Surges::of(wanted, begins).peekable(),
            warm_up_lasts: wanted.warm_up,
            chance: chance("load/mix"),
            mix: wanted.mix,
            groups: groups.clone(),
            turns: [0; KINDS.len()],
            number: 0,
            ours: shard.map_or((0, 1), |one| (u64::from(one.index()) - 1, one.of().into())),
        }
    }

    /// What is next, at `intended`, of the kind that chance says.
    fn drawn(&mut self, intended: Duration, counts: bool) -> Event {
        let kind = self.mix.draw(&mut self.chance);
        self.made(kind, intended, counts)
    }

    fn made(&mut self, kind: WorkKind, intended: Duration, counts: bool) -> Event {
        let turn = &mut self.turns[place(kind)];
        let person = self.groups.person(kind, *turn);
        *turn += 1;
        Event { intended, task: Task::Verify(kind), person, counts }
    }

    /// Whether the next one belongs to this shard.
    fn is_ours(&mut self) -> bool {
        let (index, of) = self.ours;
        self.number += 1;
        (self.number - 1) % of == index
    }
}

impl Iterator for Draws {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(point) = self.warm_up.next() {
                if self.is_ours() {
                    return Some(self.drawn(point, false));
                }
                continue;
            }
            let is_surge = match (self.main.peek(), self.surge.peek()) {
                (None, None) => return None,
                (Some(point), Some(edge)) => edge <= point,
                (None, Some(_)) => true,
                (Some(_), None) => false,
            };
            let point = if is_surge { self.surge.next()? } else { self.main.next()? };
            let intended = self.warm_up_lasts + point;
            // The kind is drawn for all shards, so that together they make the same mix.
            let kind = if is_surge { WorkKind::Valid } else { self.mix.draw(&mut self.chance) };
            if self.is_ours() {
                return Some(self.made(kind, intended, true));
            }
        }
    }
}

/// All that happens, in order: verifications, and before each replay the use of its code.
pub struct Schedule {
    verifications: Peekable<Draws>,
    spendings: Peekable<Box<dyn Iterator<Item = Event> + Send>>,
    lead: Duration,
    /// A closed loop has no points in time.
    closed: Option<Draws>,
}

impl Schedule {
    pub(super) fn of(plan: &Plan, begins: Moment) -> Self {
        let wanted = plan.wanted();
        let counts_at = Some(begins + plan.counts_from());
        let draws = || Draws::of(plan, counts_at);
        let replays = |event: &Event| event.task == Task::Verify(WorkKind::Replayed);
        let lead = plan.counts_from().saturating_sub(wanted.warm_up);
        let spendings: Box<dyn Iterator<Item = Event> + Send> = if lead.is_zero() {
            Box::new(std::iter::empty())
        } else {
            Box::new(draws().filter(replays))
        };
        let is_closed = matches!(wanted.arrival, Arrival::Closed { .. });
        Self {
            verifications: draws().peekable(),
            spendings: spendings.peekable(),
            lead,
            closed: is_closed.then(draws),
        }
    }

    /// The next verification of a closed loop, which may start at `now`.
    pub fn at_once(&mut self, now: Duration) -> Option<Event> {
        let warm_up = self.closed.as_ref()?.warm_up_lasts;
        Some(self.closed.as_mut()?.drawn(now, now >= warm_up))
    }
}

impl Iterator for Schedule {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let due = self.verifications.peek().map(|event| event.intended + self.lead);
        // It comes so much earlier than its replay.
        let spent =
            self.spendings.peek().map(|event| (event.intended + self.lead).saturating_sub(LEAD));
        if spent.is_some_and(|spent| due.is_none_or(|due| spent <= due)) {
            let event = self.spendings.next()?;
            return Some(Event { intended: spent?, task: Task::Spend, counts: false, ..event });
        }
        let event = self.verifications.next()?;
        Some(Event { intended: event.intended + self.lead, ..event })
    }
}
