//! The arithmetic of time in the preload library; pure, and nothing but `core`.

use super::control::Control;
use core::sync::atomic::{AtomicI64, AtomicU8, AtomicU64, Ordering};

/// Nanoseconds of a second.
pub(crate) const SECOND: i64 = 1_000_000_000;

/// How far apart two readings of a clock that stands are: databases keep microseconds, and order
/// rows by them.
const STEP: i64 = 1_000;

/// How far readings may run ahead of a clock that stands: never into the next millisecond, so that
/// in milliseconds, as the harness counts, everybody always sees the same time.
const LEEWAY: i64 = 999_000;

/// A point in time later than this (in 2001) is meant for the wall clock: the monotonic clock
/// counts from the start of the machine, and no machine has been up for 31 years.
const SURELY_WALL: i64 = 1_000_000_000;

impl Control {
    /// A clock that nobody has set.
    pub(crate) const fn new() -> Self {
        Self {
            turn: AtomicU8::new(0),
            runs: AtomicU8::new(0),
            padding: [0; 6],
            values: [AtomicI64::new(0), AtomicI64::new(0)],
            latest: AtomicI64::new(0),
            loaded: AtomicU64::new(0),
        }
    }

    /// The value that counts.
    fn value(&self) -> i64 {
        loop {
            let turn = self.turn.load(Ordering::Acquire);
            let value = self.values[usize::from(turn & 1)].load(Ordering::Acquire);
            // Else the clock was moved meanwhile, and this value may be half written.
            if self.turn.load(Ordering::Acquire) == turn {
                return value;
            }
        }
    }

    /// The wall clock in nanoseconds since 1970; `real` tells that of the machine.
    pub(crate) fn wall(&self, real: impl FnOnce() -> i64) -> i64 {
        let value = self.value();
        if self.runs.load(Ordering::Relaxed) == 0 { value } else { real().saturating_add(value) }
    }

    /// The same, later than any reading that `latest` has seen, as long as there is room for that:
    /// programs order what happens by the time, even where it stands.
    pub(crate) fn reading(&self, latest: &AtomicI64, real: impl FnOnce() -> i64) -> i64 {
        if self.runs.load(Ordering::Relaxed) != 0 {
            return self.wall(real);
        }
        let value = self.value();
        let after = |last: i64| {
            last.saturating_add(STEP).clamp(value, value.saturating_add(LEEWAY)).max(last)
        };
        let before =
            latest.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(after(last)));
        match before {
            Ok(last) | Err(last) => after(last),
        }
    }
}

/// A point in time as the C library has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct Timespec {
    /// Whole seconds.
    pub(crate) seconds: i64,
    /// The rest, from 0 to 999,999,999.
    pub(crate) nanoseconds: i64,
}

impl Timespec {
    /// The point `ns` nanoseconds after 1970.
    pub(crate) const fn from_ns(ns: i64) -> Self {
        Self { seconds: ns.div_euclid(SECOND), nanoseconds: ns.rem_euclid(SECOND) }
    }

    /// Nanoseconds since 1970; what is too far away for them stays as far away as they reach.
    pub(crate) const fn as_ns(self) -> i64 {
        self.seconds.saturating_mul(SECOND).saturating_add(self.nanoseconds)
    }

    /// Whether this can only be a time of the wall clock, and a valid one.
    pub(crate) const fn is_of_the_wall_clock(self) -> bool {
        self.seconds > SURELY_WALL && 0 <= self.nanoseconds && self.nanoseconds < SECOND
    }

    /// The point by the clock of the machine, which shows `real`, that is as far away as this one
    /// is by the wall clock, which shows `wall`.
    pub(crate) const fn as_far_from(self, wall: i64, real: i64) -> Self {
        Self::from_ns(self.as_ns().saturating_sub(wall).saturating_add(real))
    }
}

#[cfg(test)]
mod tests {
    use super::{Control, LEEWAY, SECOND, STEP, Timespec};
    use std::sync::atomic::{AtomicI64, Ordering};

    fn standing_at(value: i64) -> Control {
        let control = Control::new();
        control.values[0].store(value, Ordering::Relaxed);
        control
    }

    fn read(control: &Control) -> i64 {
        control.reading(&control.latest, || panic!("the clock of the machine does not matter"))
    }

    #[test]
    fn readings_of_a_clock_that_stands_grow_and_stay_within_the_millisecond() {
        let start = 1_893_456_000 * SECOND;
        let control = standing_at(start);
        assert_eq!(read(&control), start);
        assert_eq!(read(&control), start + STEP);
        let last = (0..5000).map(|_| read(&control)).last();
        assert_eq!(last, Some(start + LEEWAY));
        assert_eq!(control.wall(|| 0), start, "a look at it moves nothing");
    }

    #[test]
    fn a_clock_that_is_moved_is_at_once_where_it_was_moved_to() {
        let control = standing_at(10 * SECOND);
        let _first = read(&control);
        control.values[1].store(70 * SECOND, Ordering::Relaxed);
        assert_eq!(read(&control), 10 * SECOND + STEP, "its turn has not come");
        control.turn.store(1, Ordering::Relaxed);
        assert_eq!(read(&control), 70 * SECOND);
    }

    #[test]
    fn a_clock_that_runs_is_ahead_of_the_machine() {
        let control = standing_at(3600 * SECOND);
        control.runs.store(1, Ordering::Relaxed);
        assert_eq!(control.reading(&AtomicI64::new(0), || 7), 3600 * SECOND + 7);
        assert_eq!(control.wall(|| 9), 3600 * SECOND + 9);
    }

    #[test]
    fn nanoseconds_come_back_from_seconds_and_the_rest() {
        for ns in [0, 1, SECOND - 1, SECOND, -1, -SECOND - 1, i64::MAX, 1_893_456_000 * SECOND] {
            let time = Timespec::from_ns(ns);
            assert!((0..SECOND).contains(&time.nanoseconds), "{time:?}");
            assert_eq!(time.as_ns(), ns);
        }
    }

    #[test]
    fn a_deadline_is_as_far_away_in_earnest() {
        let (wall, real) = (1_893_456_000 * SECOND, 1_700_000_000 * SECOND);
        let in_five_seconds = Timespec { seconds: 1_893_456_005, nanoseconds: 7 };
        let at = in_five_seconds.as_far_from(wall, real);
        assert_eq!(at, Timespec { seconds: 1_700_000_005, nanoseconds: 7 });
        let passed = Timespec { seconds: 1_893_455_999, nanoseconds: 0 };
        assert_eq!(passed.as_far_from(wall, real).seconds, 1_699_999_999);
        let never = Timespec { seconds: i64::MAX, nanoseconds: 0 };
        assert!(never.as_far_from(wall, real).seconds > 9_000_000_000, "it does not come around");
    }

    #[test]
    fn deadlines_of_other_clocks_and_mistakes_are_told_apart() {
        let wall = |seconds, nanoseconds| Timespec { seconds, nanoseconds }.is_of_the_wall_clock();
        assert!(wall(1_893_456_000, 0));
        assert!(!wall(5_000_000, 0), "two months after the start of the machine");
        assert!(!wall(0, 0), "`do not wait`");
        assert!(!wall(1_893_456_000, SECOND), "the C library shall refuse it");
        assert!(!wall(1_893_456_000, -1));
    }
}
