//! When verifications are due: points in time that follow from the arrival and the seed.

use crate::domain::Chance;
use crate::load::record::{Arrival, Stop};
use std::time::Duration;

/// The points of one stretch of time, in order, counted from its beginning.
pub(super) struct Arrivals {
    course: Course,
    /// How many there have been.
    count: u64,
    until: Duration,
    most: u64,
}

enum Course {
    Constant(f64),
    Poisson {
        rate: f64,
        last: f64,
        chance: Box<Chance>,
    },
    /// Rates per second in the beginning, and its growth per second.
    Ramp {
        from: f64,
        growth: f64,
    },
    Never,
}

impl Arrivals {
    /// Those of `arrival` until `stop`; the same `chance`, the same points. A closed loop has none.
    pub(super) fn of(arrival: &Arrival, stop: &Stop, chance: Chance) -> Self {
        let (until, most) = match stop {
            Stop::After(duration) => (*duration, u64::MAX),
            Stop::Verifications(count) => (Duration::MAX, *count),
        };
        let course = match *arrival {
            Arrival::Constant { per_second } | Arrival::Steps { to: per_second, .. } => {
                Course::Constant(per_second.into())
            }
            Arrival::Poisson { per_second } => {
                Course::Poisson { rate: per_second.into(), last: 0.0, chance: Box::new(chance) }
            }
            Arrival::Ramp { from, to } => {
                let (from, to) = (f64::from(from), f64::from(to));
                let span = match stop {
                    Stop::After(duration) => duration.as_secs_f64(),
                    Stop::Verifications(count) => 2.0 * as_f64(*count) / (from + to).max(1.0),
                };
                let growth = if span > 0.0 { (to - from) / span } else { 0.0 };
                if growth == 0.0 { Course::Constant(from) } else { Course::Ramp { from, growth } }
            }
            Arrival::Closed { .. } => Course::Never,
        };
        Self { course, count: 0, until, most }
    }
}

impl Iterator for Arrivals {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        if self.count >= self.most {
            return None;
        }
        let number = as_f64(self.count);
        let seconds = match &mut self.course {
            Course::Constant(rate) if *rate > 0.0 => number / *rate,
            Course::Poisson { rate, last, chance } if *rate > 0.0 => {
                // The gaps of a Poisson process are exponential; the draw is never zero.
                let draw = (as_f64(chance.below(1 << 52)) + 1.0) / as_f64(1 << 52);
                *last -= draw.ln() / *rate;
                *last
            }
            // So many have arrived when the integral of the rate has reached their number.
            Course::Ramp { from, growth } => {
                let root = *from * *from + 2.0 * *growth * number;
                (root.max(0.0).sqrt() - *from) / *growth
            }
            Course::Constant(_) | Course::Poisson { .. } | Course::Never => return None,
        };
        let point = Duration::try_from_secs_f64(seconds).ok()?;
        self.count += 1;
        (point < self.until).then_some(point)
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::Arrivals;
    use crate::domain::Chance;
    use crate::load::record::{Arrival, Stop};
    use std::time::Duration;

    fn points(arrival: &Arrival, stop: &Stop, seed: u64) -> Vec<Duration> {
        Arrivals::of(arrival, stop, Chance::seeded(seed, "test")).collect()
    }

    fn within(points: &[Duration], from: u64, to: u64) -> usize {
        let span = Duration::from_secs(from)..Duration::from_secs(to);
        points.iter().filter(|point| span.contains(*point)).count()
    }

    #[test]
    fn a_constant_rate_is_spread_evenly() {
        let (arrival, stop) = (Arrival::Constant { per_second: 4 }, Stop::Verifications(5));
        let millis: Vec<u128> =
            points(&arrival, &stop, 1).iter().map(Duration::as_millis).collect();
        assert_eq!(millis, [0, 250, 500, 750, 1000]);
        let stop = Stop::After(Duration::from_secs(3));
        assert_eq!(points(&arrival, &stop, 1).len(), 12);
    }

    #[test]
    fn arrivals_at_random_have_their_mean_and_follow_from_the_seed() {
        let arrival = Arrival::Poisson { per_second: 100 };
        let stop = Stop::After(Duration::from_secs(100));
        let one = points(&arrival, &stop, 1);
        assert_eq!(one, points(&arrival, &stop, 1));
        assert_ne!(one, points(&arrival, &stop, 2));
        assert!(one.is_sorted());
        // Ten thousand are due, with a standard deviation of a hundred.
        assert!((9_500..10_500).contains(&one.len()), "{}", one.len());
        // Gaps shorter than half the mean: 1 - e^(-1/2) of them, 39 %; evenly spread, none.
        let short =
            one.windows(2).filter(|two| two[1].saturating_sub(two[0]) < Duration::from_millis(5));
        let share = short.count() * 100 / one.len();
        assert!((36..=42).contains(&share), "{share} %");
    }

    #[test]
    fn a_ramp_grows_evenly() {
        let stop = Stop::After(Duration::from_secs(10));
        let grown = points(&Arrival::Ramp { from: 10, to: 110 }, &stop, 1);
        assert_eq!(grown.len(), 600);
        assert_eq!((within(&grown, 0, 1), within(&grown, 9, 10)), (15, 105));
        let fallen = points(&Arrival::Ramp { from: 110, to: 10 }, &stop, 1);
        assert_eq!((fallen.len(), within(&fallen, 0, 1)), (600, 105));
        let counted = points(&Arrival::Ramp { from: 10, to: 110 }, &Stop::Verifications(600), 1);
        assert_eq!((counted.len(), within(&counted, 9, 10)), (600, 105));
    }
}
