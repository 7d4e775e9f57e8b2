//! How many people it takes so that no code is used twice: pure arithmetic.

use super::mix::{KINDS, place};
use super::schedule::Draws;
use super::{Climb, Groups, Task, Wanted};
use crate::load::record::{Arrival, Stop, WorkKind};
use std::collections::VecDeque;
use std::time::Duration;

/// The most people enrolled for one load: 3,000 verifications a second with 30 s steps, more than
/// most servers verify.
pub const MOST_ENROLLED: u64 = 100_000;

/// The most people taken from a list, who cost only memory.
pub const MOST_LISTED: u64 = 4_000_000;

/// The most verifications of one load: a day at a thousand a second.
const MOST_ARRIVALS: u64 = 86_400_000;

/// People whose account is locked: they may come again, so a few will do.
const MOST_LOCKED: u64 = 64;

/// How much earlier or later than planned a verification may start without meeting the same time
/// step twice.
const SPARE: Duration = Duration::from_secs(1);

/// Why a load cannot be driven.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPlanned {
    /// No time, no verifications.
    #[error("nothing would be measured: {0}")]
    Nothing(&'static str),
    /// Parts that do not go together.
    #[error("{0}")]
    Unfit(&'static str),
    /// The pool cannot give every verification a fresh code.
    #[error("{how} = {needed} people, a code is good once; you gave {given}")]
    TooSmall {
        /// The arithmetic.
        how: String,
        /// The least number of people.
        needed: u64,
        /// The number that was given.
        given: u32,
    },
    /// A closed loop takes as many codes as the subject can verify, which nobody knows before.
    #[error(
        "how many codes a closed loop takes in {seconds} s depends on the subject: say how many \
         people there are with --pool (verifications per second × {period} s), or how many \
         verifications with --count"
    )]
    NoPool {
        /// For how long.
        seconds: u64,
        /// The time step.
        period: u64,
    },
    /// More people than there can be.
    #[error(
        "{how} needs at least {needed} people, a code is good once; there can be {most}: lower the \
         rate, or name more people who exist and have tokens with --people"
    )]
    TooManyPeople {
        /// What needs them.
        how: String,
        /// The number of people, or as far as it was counted.
        needed: u64,
        /// How many there can be.
        most: u64,
    },
    /// More verifications than one load may have.
    #[error("more than {MOST_ARRIVALS} verifications; make several loads of it")]
    TooManyArrivals,
}

/// What a pass over all verifications counts.
#[derive(Default)]
struct Census {
    /// Verifications of each kind.
    counts: [u64; KINDS.len()],
    /// Those that count.
    counted: u64,
    /// Of each kind, the most within one time step, and within a little more.
    most: [[u64; 2]; KINDS.len()],
}

/// The groups of `wanted` and how many verifications count, if that is known.
pub(super) fn sized(wanted: &Wanted) -> Result<(Groups, Option<u64>), NotPlanned> {
    if let Arrival::Closed { people_at_once } = wanted.arrival {
        return closed(wanted, people_at_once);
    }
    let census = if let Arrival::Steps { from, to, .. } = wanted.arrival {
        all_rungs(wanted, [from, to])?
    } else {
        census(wanted)?
    };
    if census.counted == 0 {
        let why = "no verification would be due; give a longer --for, or a higher --rate";
        return Err(NotPlanned::Nothing(why));
    }
    let valid = valid(wanted, &census)?;
    let groups = Groups::sized(|kind| match kind {
        WorkKind::Valid => valid,
        WorkKind::Replayed => small(census.least(kind, 1)),
        WorkKind::Wrong | WorkKind::Expired => {
            small(census.counts[place(kind)].div_ceil(wrong_codes_each(wanted)))
        }
        WorkKind::Locked => small(census.counts[place(kind)].min(MOST_LOCKED)),
    });
    bounded(&groups, wanted).map(|groups| (groups, Some(census.counted)))
}

/// A search, at worst: its rungs follow each other within one time step, so that takes either a step
/// at the highest rate, or all of the longest search there can be; and its victims bear all of that.
fn all_rungs(wanted: &Wanted, [from, to]: [u32; 2]) -> Result<Census, NotPlanned> {
    let step = Duration::from_secs(wanted.period.seconds()) + SPARE;
    let rung = |per_second, stop, warm_up| Wanted {
        arrival: Arrival::Constant { per_second },
        stop: Stop::After(stop),
        warm_up,
        most_people: u64::MAX,
        ..wanted.clone()
    };
    let each = wanted.stop.duration().unwrap_or_default();
    let rates = Climb::between(from, to).longest();
    refuse_crowd(wanted, (&rates, each + wanted.warm_up), (to, step))?;
    let mut whole = Census::default();
    for rate in rates {
        whole.add(&census(&rung(rate, each, wanted.warm_up))?);
    }
    let at_highest = census(&rung(to, step.max(each), Duration::ZERO))?;
    for (most, highest) in whole.most.iter_mut().zip(at_highest.most) {
        *most = [0, 1].map(|spare| most[spare].min(highest[spare]));
    }
    Ok(whole)
}

/// Refuses, before all of it is counted, what takes far more people than there can be.
fn refuse_crowd(
    wanted: &Wanted,
    (rates, each): (&[u32], Duration),
    (highest, step): (u32, Duration),
) -> Result<(), NotPlanned> {
    let all: f64 = rates.iter().copied().map(f64::from).sum::<f64>() * each.as_secs_f64();
    let verifications = all.min(f64::from(highest) * step.as_secs_f64());
    let people = verifications * wanted.mix.percent(WorkKind::Valid) / 100.0;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "above 0")]
    let needed = people as u64;
    // Counted exactly it may be a little less.
    if needed / 2 > wanted.most_people { Err(too_many(wanted, needed)) } else { Ok(()) }
}

/// How many wrong codes one victim bears without being locked.
fn wrong_codes_each(wanted: &Wanted) -> u64 {
    u64::from(wanted.attempts.unwrap_or(2).saturating_sub(1).max(1))
}

fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn bounded(groups: &Groups, wanted: &Wanted) -> Result<Groups, NotPlanned> {
    let (needed, most) = (u64::from(groups.all()), wanted.most_people);
    if needed > most { Err(too_many(wanted, needed)) } else { Ok(groups.clone()) }
}

fn too_many(wanted: &Wanted, needed: u64) -> NotPlanned {
    let how = format!("{} for {}", wanted.arrival, wanted.stop);
    NotPlanned::TooManyPeople { how, needed, most: wanted.most_people }
}

/// A closed loop: as many people as it was given, or as there are verifications.
fn closed(wanted: &Wanted, at_once: u32) -> Result<(Groups, Option<u64>), NotPlanned> {
    if wanted.mix.weight(WorkKind::Replayed) > 0 {
        let why = "a closed loop leaves no time to use a code up before its replay: give a --rate";
        return Err(NotPlanned::Unfit(why));
    }
    let (count, people) = match (&wanted.stop, wanted.pool) {
        (Stop::Verifications(0), _) => return Err(NotPlanned::Nothing("none is asked for")),
        (Stop::After(duration), _) if duration.is_zero() => {
            return Err(NotPlanned::Nothing("the duration is zero"));
        }
        (Stop::After(duration), None) => {
            let (seconds, period) = (duration.as_secs(), wanted.period.seconds());
            return Err(NotPlanned::NoPool { seconds, period });
        }
        (Stop::Verifications(count), None) => (Some(*count), small(*count)),
        (Stop::Verifications(count), Some(pool)) => (Some(*count), pool),
        (Stop::After(_), Some(pool)) => (None, pool),
    };
    if people < at_once {
        let (how, needed) = (format!("{at_once} at once"), at_once.into());
        return Err(NotPlanned::TooSmall { how, needed, given: people });
    }
    let groups = Groups::sized(|kind| match (kind, wanted.mix.weight(kind)) {
        (_, 0) => 0,
        (WorkKind::Locked, _) => small(MOST_LOCKED),
        _ => people,
    });
    bounded(&groups, wanted).map(|groups| (groups, count))
}

/// People with valid codes.
fn valid(wanted: &Wanted, census: &Census) -> Result<u32, NotPlanned> {
    let least = census.least(WorkKind::Valid, 0);
    let wanted_people = census.least(WorkKind::Valid, 1);
    let Some(given) = wanted.pool else { return Ok(small(wanted_people)) };
    if u64::from(given) < least {
        return Err(NotPlanned::TooSmall { how: arithmetic(wanted), needed: least, given });
    }
    Ok(given)
}

/// How the least number of people comes about.
fn arithmetic(wanted: &Wanted) -> String {
    let step = Duration::from_secs(wanted.period.seconds());
    let span = wanted
        .stop
        .duration()
        .map_or(step, |duration| step.min(duration.saturating_add(wanted.warm_up)));
    let mut how = if let Arrival::Steps { from, to, .. } = wanted.arrival {
        let (each, step) = (&wanted.stop, step.as_secs());
        format!("a search from {from} to {to} per second, {each} for each, within {step} s")
    } else {
        format!("{} × {} s", wanted.arrival, span.as_secs_f64())
    };
    if wanted.mix.percent(WorkKind::Valid) < 100.0 {
        how = format!("{how} × {:.0} % valid, at the most,", wanted.mix.percent(WorkKind::Valid));
    }
    if let Some(surge) = wanted.surge {
        how = format!("{how} + {} at an edge", surge.verifications);
    }
    how
}

fn census(wanted: &Wanted) -> Result<Census, NotPlanned> {
    let step = Duration::from_secs(wanted.period.seconds());
    let mut census = Census::default();
    let mut windows: [[VecDeque<Duration>; 2]; KINDS.len()] = Default::default();
    // Who makes what does not matter yet.
    let nobody = Groups::sized(|_| 1);
    for event in Draws::by(wanted, &nobody, None) {
        let Task::Verify(kind) = event.task else { continue };
        let at = place(kind);
        census.counts[at] += 1;
        census.counted += u64::from(event.counts);
        for (number, window) in windows[at].iter_mut().enumerate() {
            let length = [step, step + SPARE][number];
            window.push_back(event.intended);
            while window
                .front()
                .is_some_and(|first| event.intended.saturating_sub(*first) >= length)
            {
                window.pop_front();
            }
            let most = &mut census.most[at][number];
            *most = (*most).max(window.len() as u64);
        }
        let (needed, most) = (census.most[at][0], wanted.most_people);
        if needed > most && kind != WorkKind::Locked {
            return Err(too_many(wanted, needed));
        }
        if census.counts[at] > MOST_ARRIVALS {
            return Err(NotPlanned::TooManyArrivals);
        }
    }
    Ok(census)
}

impl Census {
    /// Adds what comes right after it, so that all of both may lie within one time step: of whatever
    /// kind, because a shorter search may draw a few more of one.
    fn add(&mut self, next: &Self) {
        self.counted += next.counted;
        for (count, more) in self.counts.iter_mut().zip(next.counts) {
            *count += more;
        }
        let more: u64 = next.counts.iter().sum();
        self.most = self.most.map(|most| most.map(|most| most + more));
    }

    /// The most verifications of `kind` within one time step, or with `spare` 1 a little more.
    fn least(&self, kind: WorkKind, spare: usize) -> u64 {
        self.most[place(kind)][spare]
    }
}
