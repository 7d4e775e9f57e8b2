//! The time of a measurement: counted from its beginning, finer than a clock's milliseconds.

use crate::domain::Soon;
use crate::domain::clock::Stopwatch;
use std::time::Duration;

/// Tells how far a measurement has come, and waits for a point of it.
pub trait Pace: Send + Sync {
    /// The time since the beginning.
    fn elapsed(&self) -> Duration;

    /// Completes when `point` after the beginning is reached, at once if it has passed.
    fn reach(&self, point: Duration) -> Soon<'_, ()>;
}

/// Real time. Its timer has a resolution of 1 ms, so starts are up to that late; the saved
/// [`record`](super::record) shows by how much.
#[derive(Debug)]
pub struct RealPace(Stopwatch);

impl RealPace {
    /// Begins now.
    #[must_use]
    pub fn begin() -> Self {
        Self(Stopwatch::start())
    }

    /// What it counts by.
    #[must_use]
    pub fn stopwatch(&self) -> Stopwatch {
        self.0
    }
}

impl Pace for RealPace {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn reach(&self, point: Duration) -> Soon<'_, ()> {
        Box::pin(async move {
            let left = point.saturating_sub(self.elapsed());
            if !left.is_zero() {
                tokio::time::sleep(left).await;
            }
        })
    }
}
