//! What a measurement saw: latencies, throughput, and why verifications failed.

use super::Plan;
use super::record::{Counts, Ended, WorkKind};
use super::times::Times;
use crate::domain::RejectionClass;
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::subject::AskError;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// Why a verification was no success.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// The subject said no.
    Rejected(OperationKind, RejectionClass),
    /// The subject answered something else than the step that follows.
    Unexpected(OperationKind, ReplyKind),
    /// The subject signed the person in, but not with two factors.
    OneFactor,
    /// There was no answer to judge, for this kind of reason.
    NoAnswer(OperationKind, &'static str),
    /// The person came again before their token had a new code: nothing was submitted.
    NoFreshCode,
    /// The token gave no code.
    Device(String),
}

impl Failure {
    /// Of a question without an answer.
    pub(super) fn of(operation: OperationKind, error: &AskError) -> Self {
        let why = match error {
            AskError::Unreachable(_) => "unreachable",
            AskError::TimedOut(_) => "timed out",
            AskError::Unclear(_) => "unclear answer",
            AskError::Unmapped(_) => "unmapped operation",
            AskError::Adapter(_) => "failed adapter",
        };
        Self::NoAnswer(operation, why)
    }
}

impl Failure {
    fn ended(&self) -> Ended {
        match self {
            Self::Rejected(OperationKind::SubmitCode, _) => Ended::Refused,
            Self::Rejected(..) | Self::Unexpected(..) | Self::OneFactor => Ended::Unexpected,
            Self::NoAnswer(..) => Ended::NoAnswer,
            Self::NoFreshCode | Self::Device(_) => Ended::NotTried,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(operation, class) => write!(f, "{operation} rejected: {class}"),
            Self::Unexpected(operation, reply) => write!(f, "{operation} answered by {reply}"),
            Self::OneFactor => f.write_str("signed in with one factor only"),
            Self::NoAnswer(operation, why) => write!(f, "{operation} without answer: {why}"),
            Self::NoFreshCode => f.write_str("no new code yet, nothing submitted"),
            Self::Device(reason) => write!(f, "the token gave no code: {reason}"),
        }
    }
}

/// What a measurement saw.
#[derive(Debug, Clone)]
pub struct Measured {
    planned: u64,
    counts: Counts,
    failures: BTreeMap<Failure, u64>,
    took: Duration,
}

impl Measured {
    /// Nothing yet, of `plan`.
    pub(super) fn of(plan: &Plan) -> Self {
        let (planned, counts) = (plan.arrivals(), Counts::over(plan.load().duration));
        Self { planned, counts, failures: BTreeMap::new(), took: Duration::ZERO }
    }

    /// Notes how much later than intended a verification started.
    pub(super) fn started(&mut self, late: Duration) {
        self.counts.lateness.record(late);
    }

    /// Notes a success, answered at `point` of the measurement, and when it was `intended` to start
    /// and did.
    pub(super) fn succeeded_at(&mut self, point: Duration, [intended, started]: [Duration; 2]) {
        self.took = self.took.max(point);
        let Counts { outcomes, latency, service, slices, .. } = &mut self.counts;
        outcomes.note(WorkKind::Valid, Ended::Accepted, "", 1);
        latency.record(point.saturating_sub(intended));
        service.record(point.saturating_sub(started));
        slices.started(started);
        slices.succeeded(point, point.saturating_sub(intended));
    }

    /// Notes a failure at `point` of the measurement.
    pub(super) fn failed_at(&mut self, point: Duration, failure: Failure) {
        self.took = self.took.max(point);
        let Counts { outcomes, slices, .. } = &mut self.counts;
        outcomes.note(WorkKind::Valid, failure.ended(), &failure.to_string(), 1);
        slices.started(point);
        slices.failed(point, &failure.to_string());
        *self.failures.entry(failure).or_default() += 1;
    }

    /// All that was counted, as it is saved.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Verifications planned.
    #[must_use]
    pub fn planned(&self) -> u64 {
        self.planned
    }

    /// Verifications that ended signed in with two factors.
    #[must_use]
    pub fn succeeded(&self) -> u64 {
        self.counts.latency.count()
    }

    /// Verifications that ended otherwise.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    /// Why, and how often.
    pub fn failures(&self) -> impl Iterator<Item = (&Failure, u64)> {
        self.failures.iter().map(|(failure, count)| (failure, *count))
    }

    /// From the intended start to the last answer, of those that succeeded.
    #[must_use]
    pub fn latency(&self) -> &Times {
        &self.counts.latency
    }

    /// From the actual start to the last answer, of those that succeeded. It hides the wait of those
    /// that could not start in time: [`Measured::latency`] does not.
    #[must_use]
    pub fn service(&self) -> &Times {
        &self.counts.service
    }

    /// How much later than intended all of them started: the harness's own share, and the wait for
    /// a place.
    #[must_use]
    pub fn lateness(&self) -> &Times {
        &self.counts.lateness
    }

    /// From the beginning to the last answer.
    #[must_use]
    pub fn took(&self) -> Duration {
        self.took
    }
}
