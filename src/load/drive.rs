//! The open loop: verifications start when the plan says so, whether or not earlier ones are
//! answered, and each is timed from its intended start.
//!
//! A loop that waits for an answer before it asks again measures fewer requests exactly while the
//! subject is slow (coordinated omission). Here a stall delays all that should have started in it,
//! and all of them show it.

use super::{Failure, Measured, Pace, Plan};
use crate::domain::Soon;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};

/// What is driven.
pub trait Work: Send + Sync {
    /// Makes the verification number `arrival`; this is timed.
    fn verify(&self, arrival: u64) -> Soon<'_, Result<(), Failure>>;

    /// Tidies up after it; this is not timed.
    fn leave(&self, arrival: u64) -> Soon<'_, ()>;
}

/// One verification as the loop saw it.
struct Visit {
    intended: Duration,
    started: Duration,
    answered: Duration,
    outcome: Result<(), Failure>,
}

/// Drives `plan`, with at most `in_flight` verifications at once: whatever comes on top waits, and
/// its wait counts.
pub async fn drive(
    plan: &Plan,
    pace: Arc<dyn Pace>,
    in_flight: usize,
    work: Arc<dyn Work>,
) -> Measured {
    let mut measured = Measured::of(plan);
    let free = Arc::new(Semaphore::new(in_flight.max(1)));
    let mut visits = JoinSet::new();
    for arrival in 0..plan.arrivals() {
        let intended = plan.intended(arrival);
        pace.reach(intended).await;
        // The semaphore is never closed, so a permit always comes.
        let permit = Arc::clone(&free).acquire_owned().await;
        let (pace, work) = (Arc::clone(&pace), Arc::clone(&work));
        visits.spawn(async move {
            let started = pace.elapsed();
            let outcome = work.verify(arrival).await;
            let answered = pace.elapsed();
            work.leave(arrival).await;
            drop(permit);
            Visit { intended, started, answered, outcome }
        });
        while let Some(visit) = visits.try_join_next() {
            note(&mut measured, visit);
        }
    }
    while let Some(visit) = visits.join_next().await {
        note(&mut measured, visit);
    }
    measured
}

fn note(measured: &mut Measured, visit: Result<Visit, JoinError>) {
    match visit {
        Ok(Visit { intended, started, answered, outcome }) => {
            measured.started(started.saturating_sub(intended));
            match outcome {
                Ok(()) => measured.succeeded_at(answered, [intended, started]),
                Err(failure) => measured.failed_at(answered, failure),
            }
        }
        // A panic while verifying is a bug of ours: it must end the process as one.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Work, drive};
    use crate::domain::operation::OperationKind;
    use crate::domain::{Clock, Moment, RejectionClass, Soon, VirtualClock};
    use crate::load::{Failure, Load, Measured, Pace, Plan};
    use crate::otp::Period;
    use std::num::NonZeroU32;
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
        fn verify(&self, arrival: u64) -> Soon<'_, Result<(), Failure>> {
            if arrival == 0 {
                self.0.0.advance(STALL);
            }
            let refused = Failure::Rejected(OperationKind::SubmitCode, RejectionClass::CodeSpent);
            let outcome = if arrival == 2 { Err(refused) } else { Ok(()) };
            Box::pin(async move { outcome })
        }

        fn leave(&self, _: u64) -> Soon<'_, ()> {
            Box::pin(async {})
        }
    }

    /// Five verifications 10 ms apart, one at a time.
    async fn five() -> Measured {
        let load = Load {
            rate: NonZeroU32::new(100).expect("not zero"),
            duration: Duration::from_millis(50),
            period: Period::RECOMMENDED,
        };
        let plan = Plan::size(load).expect("a plan");
        let pace = Arc::new(Steps(VirtualClock::starting_at(Moment::EPOCH)));
        drive(&plan, pace.clone(), 1, Arc::new(Stalling(pace))).await
    }

    #[tokio::test]
    async fn what_waits_for_a_stalled_subject_is_timed_from_its_intended_start() {
        let measured = five().await;
        // Intended at 0, 10, 30 and 40 ms (the third is refused), all answered at 100 ms.
        let [least, most] = [0.0, 1.0].map(|share| measured.latency().at(share));
        assert_eq!((least.as_millis(), most.as_millis()), (60, 100));
        assert_eq!(measured.lateness().at(1.0).as_millis(), 90);
        // From its actual start, only the stalled one took any time.
        let service = [0.5, 1.0].map(|share| measured.service().at(share).as_millis());
        assert_eq!(service, [0, 100]);
    }

    #[tokio::test]
    async fn a_rejected_code_is_no_success() {
        let measured = five().await;
        assert_eq!((measured.planned(), measured.succeeded(), measured.failed()), (5, 4, 1));
        let refused = Failure::Rejected(OperationKind::SubmitCode, RejectionClass::CodeSpent);
        assert_eq!(measured.failures().collect::<Vec<_>>(), [(&refused, 1)]);
    }
}
