//! The course of a load as a table: one line for each slice of time. Numbers only, so no spreadsheet
//! takes a cell for a formula.

use super::{Form, Told};
use std::io::{self, Write};

pub(super) struct Csv;

impl Form for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn purpose(&self) -> &'static str {
        "throughput, failures and latency over time, for spreadsheets"
    }

    fn write(&self, told: &Told<'_>, output: &mut dyn Write) -> io::Result<()> {
        let slices = &told.record.counts.slices;
        writeln!(output, "second,started,succeeded,failed,p50_ms,p90_ms,p99_ms,max_ms")?;
        for (index, slice) in slices.each().iter().enumerate() {
            let second = index as u64 * slices.width().as_secs();
            let failed: u64 = slice.failed.values().sum();
            write!(output, "{second},{},{},{failed}", slice.started, slice.succeeded)?;
            for share in [0.5, 0.9, 0.99, 1.0] {
                // Nothing timed is no time, and no time of zero.
                let known = slice.latency.count() > 0;
                let ms = slice.latency.at(share).as_secs_f64() * 1e3;
                write!(output, ",{}", if known { format!("{ms:.3}") } else { String::new() })?;
            }
            writeln!(output)?;
        }
        Ok(())
    }
}
