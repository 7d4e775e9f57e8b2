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
        if tally.is_ended() || tally.is_out_of_codes() {
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

#[cfg(test)]
mod tests {
    use super::drive;
    use crate::domain::{Clock, Moment, Soon, VirtualClock};
    use crate::load::plan::{Event, MOST_ENROLLED, Mix};
    use crate::load::record::{Arrival, Counts, Ended, Standing, Stop};
    use crate::load::{Pace, Performed, Plan, Tally, Wanted, Work};
    use crate::otp::Period;
    use std::sync::Arc;
    use std::time::Duration;

    const STALL: Duration = Duration::from_millis(100);

    /// Time that passes only where a test says so.
    struct Steps(VirtualClock);

    impl Pace for Steps {
        fn elapsed(&self) -> Duration {
            self.0.now() - Moment::EPOCH
        }

        fn reach(&self, point: Duration) -> Soon<'_, ()> {
            Box::pin(async move {
                // What has been started comes first: it belongs to the time before `point`.
                tokio::task::yield_now().await;
                self.0.advance(point.saturating_sub(self.elapsed()));
            })
        }
    }

    /// Its first answer takes [`STALL`], every other none; what comes third is refused.
    struct Stalling(Arc<Steps>);

    impl Work for Stalling {
        fn perform(&self, event: Event) -> Soon<'_, Performed> {
            if event.person == 0 {
                self.0.0.advance(STALL);
            }
            let (ended, detail) = match event.person {
                2 => (Ended::Refused, "submit_code rejected: code.spent"),
                _ => (Ended::Accepted, ""),
            };
            Box::pin(async move { Performed { ended, detail: detail.into(), phases: Vec::new() } })
        }

        fn leave(&self, _: Event) -> Soon<'_, ()> {
            Box::pin(async {})
        }
    }

    /// To the nearest: the histogram is right to one in a thousand.
    fn millis(time: Duration) -> u128 {
        (time.as_micros() + 500) / 1000
    }

    /// Five verifications 10 ms apart, one at a time, by different people.
    async fn five(arrival: Arrival) -> Counts {
        let wanted = Wanted {
            arrival,
            stop: Stop::Verifications(5),
            mix: Mix::VALID,
            surge: None,
            warm_up: Duration::ZERO,
            period: Period::RECOMMENDED,
            pool: None,
            most_people: MOST_ENROLLED,
            attempts: None,
            window: 1,
            in_flight: 1,
            seed: 1,
            shard: None,
        };
        let plan = Plan::of(wanted).expect("a plan");
        let pace = Arc::new(Steps(VirtualClock::starting_at(Moment::EPOCH)));
        let tally = Tally::new(Duration::ZERO, Duration::from_secs(1));
        let work = Arc::new(Stalling(pace.clone()));
        drive(&plan, Moment::EPOCH, pace, work, &tally).await;
        tally.counts().0
    }

    #[tokio::test]
    async fn what_waits_for_a_stalled_subject_is_timed_from_its_intended_start() {
        let counts = five(Arrival::Constant { per_second: 100 }).await;
        // Intended at 0, 10, 30 and 40 ms (the third is refused), all answered at 100 ms.
        let [least, most] = [0.0, 1.0].map(|share| millis(counts.latency.at(share)));
        assert_eq!((least, most), (60, 100));
        assert_eq!(millis(counts.lateness.at(1.0)), 90);
        // From its actual start, only the stalled one took any time.
        let service = [0.5, 1.0].map(|share| millis(counts.service.at(share)));
        assert_eq!(service, [0, 100]);
    }

    #[tokio::test]
    async fn a_closed_loop_hides_the_stall_from_all_but_those_who_met_it() {
        let counts = five(Arrival::Closed { people_at_once: 1 }).await;
        let latency = [0.5, 1.0].map(|share| millis(counts.latency.at(share)));
        assert_eq!(latency, [0, 100]);
    }

    #[tokio::test]
    async fn a_refused_code_is_no_success() {
        let counts = five(Arrival::Constant { per_second: 100 }).await;
        let sum = |standing| counts.outcomes.of(standing).map(|one| one.count).sum::<u64>();
        assert_eq!((sum(Standing::Succeeded), sum(Standing::Failed)), (4, 1));
    }
}
