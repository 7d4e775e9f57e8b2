//! Processor time of the measuring thread, for criterion.

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use fobwatch::domain::clock::WorkWatch;
use std::time::Duration;

pub(crate) struct WorkTime;

impl Measurement for WorkTime {
    type Intermediate = WorkWatch;
    type Value = Duration;

    fn start(&self) -> WorkWatch {
        WorkWatch::start()
    }

    fn end(&self, watch: WorkWatch) -> Duration {
        watch.elapsed()
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}
