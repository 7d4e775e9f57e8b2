//! Latency over time as a heat map: what a percentile hides, such as two humps or a stall, shows.

use super::Figure;
use crate::load::record::{Record, Slice};
use crate::load::summary::real;
use crate::report::load::plot::{Plot, Scale, number, time_words};
use std::collections::BTreeMap;

/// The most columns; a longer load has several slices in one.
const MOST_COLUMNS: usize = 90;

/// Rows for each factor of ten.
const ROWS_PER_DECADE: f64 = 8.0;

/// Shades from few to many.
const SHADES: f64 = 8.0;

/// One column: how many verifications in each row.
struct Column {
    from: f64,
    to: f64,
    rows: BTreeMap<i32, u64>,
}

pub(super) fn figure(record: &Record) -> Option<Figure> {
    let slices = &record.counts.slices;
    let columns = columns(slices.each(), slices.width().as_secs_f64());
    let rows = columns.iter().flat_map(|column| column.rows.keys().copied());
    let (lowest, highest) = (rows.clone().min()?, rows.max()?);
    let most = columns.iter().flat_map(|column| column.rows.values().copied()).max()?;
    let end = columns.last().map_or(1.0, |column| column.to);
    let x = Scale::Linear { from: 0.0, to: end };
    let y = Scale::Logarithmic { from: lower(lowest), to: lower(highest + 1) };
    let mut plot = Plot::new("Latency over time", 320.0, (x, y));
    let x_ticks = Scale::up_to(end).ticks().into_iter().filter(|tick| *tick <= end);
    let x_ticks: Vec<_> = x_ticks.map(|tick| (tick, number(tick))).collect();
    let y_ticks: Vec<_> = y.ticks().into_iter().map(|tick| (tick, time_words(tick))).collect();
    plot.axes((&x_ticks, "seconds from the beginning"), (&y_ticks, "latency"));
    for Column { from, to, rows } in &columns {
        for (row, count) in rows {
            let (low, high) = (lower(*row), lower(row + 1));
            let words = format!(
                "{} to {} s, {} to {}: {count}",
                number(*from),
                number(*to),
                time_words(low),
                time_words(high)
            );
            plot.cell(
                &format!("heat h{}", shade(*count, most)),
                [(*from, low), (*to, high)],
                &words,
            );
        }
    }
    Some(Figure {
        title: "Latency over time",
        words: "The darker a cell (brighter on dark ground), the more verifications ended then \
                after so long. A band is a usual time; a column that reaches up is a stall, and all \
                that it held up."
            .to_owned(),
        legend: Vec::new(),
        svg: plot.finish(),
    })
}

fn columns(slices: &[Slice], width: f64) -> Vec<Column> {
    let together = slices.len().div_ceil(MOST_COLUMNS).max(1);
    let chunks = slices.chunks(together).enumerate();
    let column = |(nth, slices): (usize, &[Slice])| {
        let from = real(nth * together) * width;
        let mut rows = BTreeMap::new();
        for (time, count) in slices.iter().flat_map(|slice| slice.latency.distinct()) {
            *rows.entry(row(time.as_secs_f64() * 1e3)).or_default() += count;
        }
        Column { from, to: from + real(slices.len()) * width, rows }
    };
    chunks.map(column).collect()
}

/// The row of a latency in milliseconds.
fn row(ms: f64) -> i32 {
    #[allow(clippy::cast_possible_truncation, reason = "an hour and a nanosecond are near 0 here")]
    let row = (ms.max(1e-4).log10() * ROWS_PER_DECADE).floor() as i32;
    row
}

/// Where a row begins, in milliseconds.
fn lower(row: i32) -> f64 {
    10_f64.powf(f64::from(row) / ROWS_PER_DECADE)
}

/// The shade of `count` where the fullest cell has `most`: by its logarithm, so that single ones
/// can be seen.
#[allow(clippy::cast_precision_loss, reason = "counts below 2^53")]
fn shade(count: u64, most: u64) -> String {
    let share = (count as f64).ln_1p() / (most as f64).ln_1p();
    number((share * SHADES).ceil().clamp(1.0, SHADES))
}
