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

/// Real time. Starts are late by what it takes to wake a thread, some tenths of a millisecond at the
/// most on a machine that is not busy; the saved [`record`](super::record) shows by how much.
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

/// The runtime's timer counts whole milliseconds and is up to one and a half late. The end of a wait
/// is left to a thread, which sleeps more finely.
const FINE: Duration = Duration::from_millis(2);

impl Pace for RealPace {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn reach(&self, point: Duration) -> Soon<'_, ()> {
        Box::pin(async move {
            let coarse = point.saturating_sub(self.elapsed() + FINE);
            if !coarse.is_zero() {
                tokio::time::sleep(coarse).await;
            }
            let left = point.saturating_sub(self.elapsed());
            if !left.is_zero() {
                // Nothing is lost with the thread: it only sleeps.
                let _ = tokio::task::spawn_blocking(move || doze(left)).await;
            }
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "real time is what this waits for, and no clock is so fine"
)]
fn doze(left: Duration) {
    std::thread::sleep(left);
}
