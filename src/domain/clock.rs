//! Time: the only module that reads a clock.
//!
//! Harness, tokens, gateways and, where possible, the subject share one [`Clock`]. A
//! [`VirtualClock`] moves only when told to; a [`WallClock`] follows the machine, with an offset
//! that can only grow.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::future::Future;
use std::ops::{Add, Sub};
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A boxed future that may move between threads.
pub type Soon<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An instant in milliseconds since 1970-01-01T00:00:00Z, shown and stored as RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    unix_ms: i64,
}

impl Moment {
    /// Where every virtual clock starts: 2030-01-01T00:00:00Z.
    pub const EPOCH: Self = Self { unix_ms: 1_893_456_000_000 };

    /// The latest instant that RFC 3339 can write with a four-digit year.
    const LATEST: i64 = 253_402_207_199_999;

    /// The instant `unix_ms` milliseconds after 1970, held within the years 1 to 9999.
    #[must_use]
    pub fn from_unix_ms(unix_ms: i64) -> Self {
        Self { unix_ms: unix_ms.clamp(-62_135_596_800_000, Self::LATEST) }
    }

    /// The instant `seconds` after 1970.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64) -> Self {
        Self::from_unix_ms(seconds.saturating_mul(1000))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn unix_ms(self) -> i64 {
        self.unix_ms
    }

    /// Whole seconds since 1970; 0 before it, because no time step exists there (RFC 6238 §4.2).
    #[must_use]
    pub fn unix_seconds(self) -> u64 {
        u64::try_from(self.unix_ms.div_euclid(1000)).unwrap_or(0)
    }

    /// This instant moved by `ms` milliseconds, forward or back.
    #[must_use]
    pub fn skewed_by_ms(self, ms: i64) -> Self {
        Self::from_unix_ms(self.unix_ms.saturating_add(ms))
    }
}

/// A date in UTC, written `2030-01-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(jiff::civil::Date);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Moment {
    /// The date of this instant in UTC.
    #[must_use]
    pub fn day(self) -> Day {
        let timestamp = Timestamp::from_millisecond(self.unix_ms).unwrap_or_default();
        Day(jiff::tz::Offset::UTC.to_datetime(timestamp).date())
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, by: Duration) -> Self {
        self.skewed_by_ms(i64::try_from(by.as_millis()).unwrap_or(i64::MAX))
    }
}

/// How long after `earlier` this is; zero if it is not after it.
impl Sub for Moment {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        Duration::from_millis(
            u64::try_from(self.unix_ms.saturating_sub(earlier.unix_ms)).unwrap_or(0),
        )
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_millisecond(self.unix_ms) {
            Ok(timestamp) => write!(f, "{timestamp:.3}"),
            Err(_) => write!(f, "{} ms after 1970", self.unix_ms),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let timestamp: Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        Ok(Self::from_unix_ms(timestamp.as_millisecond()))
    }
}

/// Tells the time, and lets it be waited for.
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> Moment;

    /// Completes at `deadline`, at once if that has passed.
    fn wait_until(&self, deadline: Moment) -> Soon<'_, ()>;

    /// Moves the clock forward by `by`, at once.
    fn advance(&self, by: Duration);
}

/// A clock that stands still until [`Clock::advance`] is called.
#[derive(Debug)]
pub struct VirtualClock {
    state: Mutex<VirtualState>,
}

#[derive(Debug)]
struct VirtualState {
    now: Moment,
    /// Those who wait; each is woken once, by the `advance` that reaches its deadline.
    sleepers: Vec<(Moment, Waker)>,
}

impl VirtualClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn starting_at(start: Moment) -> Self {
        Self { state: Mutex::new(VirtualState { now: start, sleepers: Vec::new() }) }
    }

    fn state(&self) -> MutexGuard<'_, VirtualState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Moment {
        self.state().now
    }

    fn wait_until(&self, deadline: Moment) -> Soon<'_, ()> {
        Box::pin(UntilVirtual { clock: self, deadline })
    }

    fn advance(&self, by: Duration) {
        let due = {
            let mut state = self.state();
            state.now = state.now + by;
            let now = state.now;
            let (due, rest) =
                std::mem::take(&mut state.sleepers).into_iter().partition(|(at, _)| *at <= now);
            state.sleepers = rest;
            due
        };
        let due: Vec<(Moment, Waker)> = due;
        for (_, waker) in due {
            waker.wake();
        }
    }
}

struct UntilVirtual<'a> {
    clock: &'a VirtualClock,
    deadline: Moment,
}

impl Future for UntilVirtual<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.state();
        if state.now >= self.deadline {
            return Poll::Ready(());
        }
        let waker = context.waker();
        if !state.sleepers.iter().any(|(at, known)| *at == self.deadline && known.will_wake(waker))
        {
            state.sleepers.push((self.deadline, waker.clone()));
        }
        Poll::Pending
    }
}

/// The machine's clock plus an offset that [`Clock::advance`] enlarges.
///
/// Waiting needs a timer, and this floor knows no runtime: the caller passes one.
pub struct WallClock {
    offset: Mutex<Duration>,
    sleep: fn(Duration) -> Soon<'static, ()>,
}

impl WallClock {
    /// The longest single sleep, after which the clock is read again (it may have been advanced).
    const LONGEST_NAP: Duration = Duration::from_millis(250);

    /// A wall clock that waits by `sleep`.
    #[must_use]
    pub fn new(sleep: fn(Duration) -> Soon<'static, ()>) -> Self {
        Self { offset: Mutex::new(Duration::ZERO), sleep }
    }
}

impl fmt::Debug for WallClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WallClock").field("now", &self.now()).finish_non_exhaustive()
    }
}

impl Clock for WallClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Moment {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let offset = *self.offset.lock().unwrap_or_else(PoisonError::into_inner);
        Moment::from_unix_ms(0) + since + offset
    }

    fn wait_until(&self, deadline: Moment) -> Soon<'_, ()> {
        Box::pin(async move {
            loop {
                let left = deadline - self.now();
                if left.is_zero() {
                    return;
                }
                (self.sleep)(left.min(Self::LONGEST_NAP)).await;
            }
        })
    }

    fn advance(&self, by: Duration) {
        *self.offset.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

/// A monotonic reading for measuring how long something took; never part of a journal.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts counting.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// The time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Measures how long the processor worked for this thread: what others do on a busy machine does not
/// count. Where the system does not tell that, it is a [`Stopwatch`].
#[derive(Debug, Clone, Copy)]
pub struct WorkWatch {
    #[cfg(unix)]
    started: Duration,
    #[cfg(not(unix))]
    started: Stopwatch,
}

impl WorkWatch {
    /// Starts counting. It counts for the thread that asks.
    #[must_use]
    pub fn start() -> Self {
        Self {
            #[cfg(unix)]
            started: worked(),
            #[cfg(not(unix))]
            started: Stopwatch::start(),
        }
    }

    /// The work since the start, if the same thread asks.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        #[cfg(unix)]
        return worked().saturating_sub(self.started);
        #[cfg(not(unix))]
        return self.started.elapsed();
    }
}

#[cfg(unix)]
fn worked() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Clock, Moment, VirtualClock};
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    #[test]
    fn a_virtual_clock_moves_only_when_told() {
        let clock = VirtualClock::starting_at(Moment::EPOCH);
        assert_eq!(clock.now(), Moment::EPOCH);
        clock.advance(Duration::from_secs(301));
        assert_eq!(clock.now() - Moment::EPOCH, Duration::from_secs(301));
    }

    #[test]
    fn a_wait_ends_when_the_deadline_is_reached() {
        let clock = VirtualClock::starting_at(Moment::EPOCH);
        let mut wait = clock.wait_until(Moment::EPOCH + Duration::from_secs(2));
        let mut context = Context::from_waker(Waker::noop());
        clock.advance(Duration::from_secs(1));
        assert_eq!(wait.as_mut().poll(&mut context), Poll::Pending);
        clock.advance(Duration::from_secs(1));
        assert_eq!(wait.as_mut().poll(&mut context), Poll::Ready(()));
    }

    #[test]
    fn a_moment_is_written_as_rfc_3339_and_read_back() {
        let text = serde_json::to_string(&Moment::EPOCH).expect("a moment serialises");
        assert_eq!(text, "\"2030-01-01T00:00:00.000Z\"");
        assert_eq!(serde_json::from_str::<Moment>(&text).expect("and parses"), Moment::EPOCH);
    }
}
