//! What a load has counted so far: written by whoever drives it, read by whoever shows it.

use super::people::NO_NEW_CODE;
use super::plan::{Event, Plan, Task};
use super::record::{Arrival, Counts, Ended, Visit};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// As long as this nothing but broken connections: nobody is there any more.
const DEAD_AFTER: Duration = Duration::from_secs(3);

/// So few broken connections say nothing.
const DEAD_FROM: u64 = 5;

/// How one event ended; points in time count from the beginning of the load.
#[derive(Debug, Clone, Copy)]
pub struct Passed<'a> {
    /// The event.
    pub event: Event,
    /// How it ended.
    pub ended: Ended,
    /// In words of a bounded set.
    pub detail: &'a str,
    /// When it started.
    pub started: Duration,
    /// When the last answer came.
    pub answered: Duration,
    /// Its stages and how long each took.
    pub phases: &'a [(&'a str, Duration)],
}

/// The counts of a load, shared by those who drive and watch it.
#[derive(Clone)]
pub struct Tally(Arc<Inner>);

struct Inner {
    counts_from: Duration,
    /// A closed loop ends where the next person has no new code: it has no time to wait.
    is_closed: bool,
    is_ended: AtomicBool,
    is_out_of_codes: AtomicBool,
    state: Mutex<State>,
}

struct State {
    counts: Counts,
    took: Duration,
    /// Broken connections since the last answer of any kind, and when the first of them was.
    broken: (u64, Duration),
    seems_dead: bool,
    /// Preparations that failed, and the first reason.
    unprepared: Option<String>,
}

impl Tally {
    /// Nothing yet; what is intended before `counts_from` will not count. The load is to last for
    /// `duration` from then on.
    #[must_use]
    pub fn new(counts_from: Duration, duration: Duration) -> Self {
        Self::with(counts_from, duration, false)
    }

    /// Nothing yet of `plan`.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let lasts = plan.wanted().stop.duration().unwrap_or_default();
        let is_closed = matches!(plan.wanted().arrival, Arrival::Closed { .. });
        Self::with(plan.counts_from(), lasts, is_closed)
    }

    fn with(counts_from: Duration, duration: Duration, is_closed: bool) -> Self {
        let state = State {
            counts: Counts::over(duration),
            took: Duration::ZERO,
            broken: (0, Duration::ZERO),
            seems_dead: false,
            unprepared: None,
        };
        let [is_ended, is_out_of_codes] = [(); 2].map(|()| AtomicBool::new(false));
        let state = Mutex::new(state);
        Self(Arc::new(Inner { counts_from, is_closed, is_ended, is_out_of_codes, state }))
    }

    /// Notes how an event ended.
    pub fn note(&self, passed: &Passed<'_>) {
        let Passed { event, ended, detail, started, answered, phases } = *passed;
        if self.0.is_closed && ended == Ended::NotTried && detail == NO_NEW_CODE {
            // Nothing was submitted, and nothing was due: only a rate makes something due.
            return self.0.is_out_of_codes.store(true, Ordering::Release);
        }
        let mut state = self.state();
        state.watch(ended, detail, answered);
        if state.seems_dead {
            self.end();
        }
        let Task::Verify(work) = event.task else {
            if ended != Ended::Accepted && state.unprepared.is_none() {
                state.unprepared = Some(format!("a code could not be used up: {detail}"));
            }
            return;
        };
        if !event.counts {
            return;
        }
        let from = |point: Duration| point.saturating_sub(self.0.counts_from);
        state.took = state.took.max(from(answered));
        state.counts.note(&Visit {
            work,
            ended,
            detail,
            intended: from(event.intended),
            started: from(started),
            answered: from(answered),
            phases,
        });
    }

    /// Whoever drives is to leave it at that.
    pub fn end(&self) {
        self.0.is_ended.store(true, Ordering::Release);
    }

    /// Whether somebody wants it to end.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.0.is_ended.load(Ordering::Acquire)
    }

    /// Whether everybody has used their code in a closed loop: whoever drives starts nothing more,
    /// and lets end what is under way.
    #[must_use]
    pub fn is_out_of_codes(&self) -> bool {
        self.0.is_out_of_codes.load(Ordering::Acquire)
    }

    /// What was counted, and how long it took from the first that counts to the last answer.
    #[must_use]
    pub fn counts(&self) -> (Counts, Duration) {
        let state = self.state();
        (state.counts.clone(), state.took)
    }

    /// If it ended because nobody was there any more: since when, from the first that counts.
    #[must_use]
    pub fn gone_after(&self) -> Option<Duration> {
        let state = self.state();
        state.seems_dead.then(|| state.broken.1.saturating_sub(self.0.counts_from))
    }

    /// The first reason why a code could not be used up before its replay.
    #[must_use]
    pub fn unprepared(&self) -> Option<String> {
        self.state().unprepared.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Looks whether the subject is still there.
    fn watch(&mut self, ended: Ended, detail: &str, answered: Duration) {
        if ended != Ended::NoAnswer || !detail.ends_with("unreachable") {
            if ended != Ended::NotTried {
                self.broken.0 = 0;
            }
            return;
        }
        if self.broken.0 == 0 {
            self.broken.1 = answered;
        }
        self.broken.0 += 1;
        let since = answered.saturating_sub(self.broken.1);
        self.seems_dead |= self.broken.0 >= DEAD_FROM && since >= DEAD_AFTER;
    }
}

impl Passed<'_> {
    /// An event of which nothing was asked, because of `why`.
    pub(super) fn not_tried(event: Event, now: Duration, why: &str) -> Passed<'_> {
        let ended = Ended::NotTried;
        Passed { event, ended, detail: why, started: now, answered: now, phases: &[] }
    }
}

#[cfg(test)]
mod tests {
    use super::{NO_NEW_CODE, Passed, Tally};
    use crate::load::plan::{Event, Task};
    use crate::load::record::{Ended, WorkKind};
    use std::time::Duration;

    const SECOND: Duration = Duration::from_secs(1);

    fn note(tally: &Tally, at: u32, counts: bool, (ended, detail): (Ended, &str)) {
        let intended = SECOND * at;
        let event = Event { intended, task: Task::Verify(WorkKind::Valid), person: 0, counts };
        let (started, answered) = (intended, intended + SECOND / 2);
        tally.note(&Passed { event, ended, detail, started, answered, phases: &[] });
    }

    #[test]
    fn what_does_not_count_is_not_counted_and_points_count_from_what_does() {
        let tally = Tally::new(SECOND * 2, SECOND * 2);
        note(&tally, 1, false, (Ended::Accepted, ""));
        note(&tally, 3, true, (Ended::Accepted, ""));
        let (counts, took) = tally.counts();
        assert_eq!((counts.latency.count(), took), (1, SECOND * 3 / 2));
        assert_eq!(counts.slices.each()[1].succeeded, 1);
    }

    #[test]
    fn a_subject_that_is_gone_ends_the_load_and_one_that_refuses_does_not() {
        let gone = (Ended::NoAnswer, "submit_code without answer: unreachable");
        for (other, dead) in [(gone, true), ((Ended::Refused, "no"), false)] {
            let tally = Tally::new(Duration::ZERO, SECOND);
            (0..4).for_each(|at| note(&tally, at, true, gone));
            note(&tally, 4, true, other);
            (5..8).for_each(|at| note(&tally, at, true, gone));
            assert_eq!((tally.gone_after().is_some(), tally.is_ended()), (dead, dead));
        }
    }

    #[test]
    fn a_subject_is_gone_since_the_first_connection_that_broke_for_good() {
        let tally = Tally::new(SECOND, SECOND);
        let gone = (Ended::NoAnswer, "submit_code without answer: unreachable");
        note(&tally, 1, true, gone);
        note(&tally, 2, true, (Ended::Accepted, ""));
        (3..10).for_each(|at| note(&tally, at, true, gone));
        // Each is answered half a second after it was intended, and a second is warm-up.
        assert_eq!(tally.gone_after(), Some(SECOND * 5 / 2));
    }

    #[test]
    fn a_closed_loop_without_codes_ends_and_counts_nothing_for_it() {
        for (is_closed, counted) in [(true, 1), (false, 2)] {
            let tally = Tally::with(Duration::ZERO, SECOND, is_closed);
            note(&tally, 0, true, (Ended::Accepted, ""));
            note(&tally, 1, true, (Ended::NotTried, NO_NEW_CODE));
            assert_eq!((tally.is_out_of_codes(), tally.is_ended()), (is_closed, false));
            assert_eq!(tally.counts().0.ended(), counted);
        }
    }
}
