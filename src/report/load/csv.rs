//! The course of a load as a table: one line for each slice of time, or for each rate of a search.
//! Numbers and `yes` or `no` only, so no spreadsheet takes a cell for a formula.

use super::{Form, Told};
use crate::load::record::{Arrival, Rung, Slices};
use crate::load::times::Times;
use std::io::{self, Write};

pub(super) struct Csv;

impl Form for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn purpose(&self) -> &'static str {
        "throughput, failures and latency over time, or by rate of a search, for spreadsheets"
    }

    fn write(&self, told: &Told<'_>, output: &mut dyn Write) -> io::Result<()> {
        match told.record.asked.arrival {
            Arrival::Steps { .. } => rates(&told.record.ladder, output),
            Arrival::Constant { .. }
            | Arrival::Poisson { .. }
            | Arrival::Ramp { .. }
            | Arrival::Closed { .. } => seconds(&told.record.counts.slices, output),
        }
    }
}

fn seconds(slices: &Slices, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "second,started,succeeded,failed,p50_ms,p90_ms,p99_ms,max_ms")?;
    for (index, slice) in slices.each().iter().enumerate() {
        let second = index as u64 * slices.width().as_secs();
        let failed: u64 = slice.failed.values().sum();
        write!(output, "{second},{},{},{failed}", slice.started, slice.succeeded)?;
        writeln!(output, "{}", latencies(&slice.latency))?;
    }
    Ok(())
}

/// Codes that were accepted and must not be are failures here, as in the lines of seconds.
fn rates(ladder: &[Rung], output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "per_second,due,succeeded,failed,p50_ms,p90_ms,p99_ms,max_ms,met")?;
    for rung in ladder {
        let failed = rung.failed + rung.accepted_though;
        let met = if rung.met { "yes" } else { "no" };
        write!(output, "{},{},{},{failed}", rung.per_second, rung.arrivals, rung.succeeded)?;
        writeln!(output, "{},{met}", latencies(&rung.latency))?;
    }
    Ok(())
}

fn latencies<const DIGITS: u8>(times: &Times<DIGITS>) -> String {
    let cell = |share: f64| {
        // Nothing timed is no time, and no time of zero.
        let known = times.count() > 0;
        let ms = times.at(share).as_secs_f64() * 1e3;
        if known { format!(",{ms:.3}") } else { ",".to_owned() }
    };
    [0.5, 0.9, 0.99, 1.0].map(cell).concat()
}
