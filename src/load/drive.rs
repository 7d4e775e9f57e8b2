//! The loops: open, where verifications start when the plan says so, whether or not earlier ones
//! are answered; and closed, where so many people come again as soon as they have their answer.
//!
//! A loop that waits for an answer before it asks again measures fewer requests exactly while the
//! subject is slow (coordinated omission). In the open loop each is timed from its intended start:
//! a stall delays all that should have started in it, and all of them show it.

use super::Pace;
use super::general::{Performed, Work};
use super::plan::{Event, Plan, Schedule};
use super::record::Arrival;
use super::tally::{Passed, Tally};
use crate::domain::Moment;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};

/// Drives `plan`, whose beginning is the moment `begins` of the tokens' clock, until it is over or
/// `tally` is ended. What comes on top of as many at once as the plan allows waits, and its wait
/// counts.
pub async fn drive(
    plan: &Plan,
    begins: Moment,
    pace: Arc<dyn Pace>,
    work: Arc<dyn Work>,
    tally: &Tally,
) {
    let free = Arc::new(Semaphore::new(plan.at_once()));
    let mut source = Source::of(plan, begins);
    let mut visits = JoinSet::new();
    while let Some(event) = source.next(&*pace, &free).await {
        if tally.is_ended() {
            break;
        }
        // The semaphore is never closed, so a permit always comes.
        let permit = Arc::clone(&free).acquire_owned().await;
        let (pace, work, tally) = (Arc::clone(&pace), Arc::clone(&work), tally.clone());
        visits.spawn(async move {
            let started = pace.elapsed();
            let Performed { ended, detail, phases } = work.perform(event).await;
            let (answered, detail, phases) = (pace.elapsed(), &*detail, &*phases);
            tally.note(&Passed { event, ended, detail, started, answered, phases });
            work.leave(event).await;
            drop(permit);
        });
        while let Some(visit) = visits.try_join_next() {
            ended(visit);
        }
    }
    if tally.is_ended() {
        return visits.shutdown().await;
    }
    while let Some(visit) = visits.join_next().await {
        ended(visit);
        if tally.is_ended() {
            return visits.shutdown().await;
        }
    }
}

/// Where the next event comes from.
struct Source {
    schedule: Schedule,
    /// In a closed loop: how many there may be, and until when.
    closed: Option<(u64, Option<std::time::Duration>)>,
}

impl Source {
    fn of(plan: &Plan, begins: Moment) -> Self {
        let is_closed = matches!(plan.wanted().arrival, Arrival::Closed { .. });
        let most = plan.arrivals().unwrap_or(u64::MAX);
        let closed = is_closed.then(|| (most, plan.ends_at()));
        Self { schedule: plan.schedule(begins), closed }
    }

    /// The next event, when it is due.
    async fn next(&mut self, pace: &dyn Pace, free: &Arc<Semaphore>) -> Option<Event> {
        let Some((most, until)) = &mut self.closed else {
            let event = self.schedule.next()?;
            pace.reach(event.intended).await;
            return Some(event);
        };
        // Due as soon as a place is free: only then it is known when.
        drop(free.acquire().await);
        let now = pace.elapsed();
        if *most == 0 || until.is_some_and(|until| now >= until) {
            return None;
        }
        let event = self.schedule.at_once(now)?;
        *most -= u64::from(event.counts);
        Some(event)
    }
}

fn ended(visit: Result<(), JoinError>) {
    if let Err(error) = visit
        && error.is_panic()
    {
        // A panic while verifying is a bug of ours: it must end the process as one.
        std::panic::resume_unwind(error.into_panic());
    }
}
