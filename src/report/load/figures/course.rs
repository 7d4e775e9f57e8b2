//! The course of a load: throughput with failures, and processors.

use super::Figure;
use crate::load::record::{Record, Sample, Slice};
use crate::load::summary::real;
use crate::report::load::plot::{Plot, Scale, number};
use std::time::Duration;

/// The most points of a line; a longer load is drawn by means over several slices.
const MOST_POINTS: usize = 240;

/// Several slices as one point of the picture.
struct Point {
    from: f64,
    to: f64,
    started: f64,
    succeeded: f64,
    failed: f64,
}

pub(super) fn throughput(record: &Record) -> Option<Figure> {
    let slices = &record.counts.slices;
    if slices.each().is_empty() {
        return None;
    }
    let width = slices.width().as_secs_f64();
    let end = record.took().as_secs_f64().max(1e-3);
    let points = points(slices.each(), width, end);
    let asked = asked(record, end);
    let most = points.iter().flat_map(|point| [point.started, point.succeeded + point.failed]);
    let most = most.chain(asked.iter().map(|(_, rate)| *rate)).fold(0.0, f64::max);
    let x = Scale::Linear { from: 0.0, to: end };
    let y = Scale::up_to(most * 1.05);
    let mut plot = Plot::new("Throughput over time", 300.0, (x, y));
    plot.axes(
        (&ticks(Scale::up_to(end), end), "seconds from the beginning"),
        (&ticks(y, f64::INFINITY), "per second"),
    );
    let succeeded: Vec<_> = steps(&points, |point| point.succeeded);
    plot.area("throughput", &succeeded);
    plot.line("throughput", &succeeded);
    for point in points.iter().filter(|point| point.failed > 0.0) {
        let words = format!(
            "{} to {} s: {} failures per second",
            number(point.from),
            number(point.to),
            number(point.failed)
        );
        let corners = [(point.from, point.succeeded), (point.to, point.succeeded + point.failed)];
        plot.cell("failures", corners, &words);
    }
    // A second line only where it tells another story than the first.
    let apart = points.iter().any(|point| {
        let ended = point.succeeded + point.failed;
        (point.started - ended).abs() > 0.02 * ended.max(1.0)
    });
    if apart {
        plot.line("started", &steps(&points, |point| point.started));
    }
    plot.line("asked", &asked);
    let failed: f64 = points.iter().map(|point| point.failed).sum();
    let mut legend = vec![("ended as they should", "throughput")];
    if apart {
        legend.push(("started", "started"));
    }
    if failed > 0.0 {
        legend.push(("failures", "failures"));
    }
    if !asked.is_empty() {
        legend.push(("asked for", "asked"));
    }
    Some(Figure {
        title: "Throughput over time",
        words: format!(
            "Verifications by when they ended, in slices of {} s; failures stand on top.",
            number(width)
        ),
        legend,
        svg: plot.finish(),
    })
}

fn points(slices: &[Slice], width: f64, end: f64) -> Vec<Point> {
    let together = slices.len().div_ceil(MOST_POINTS).max(1);
    let chunks = slices.chunks(together).enumerate();
    chunks
        .filter_map(|(nth, slices)| {
            let from = real(nth * together) * width;
            // The last slice is seldom full: its rate is over the part that there was.
            let to = (from + real(slices.len()) * width).min(end.max(from));
            let rate = |of: fn(&Slice) -> u64| {
                let sum: u64 = slices.iter().map(of).sum();
                #[allow(clippy::cast_precision_loss, reason = "counts below 2^53")]
                let sum = sum as f64;
                sum / (to - from)
            };
            // A sliver of a slice makes a rate of nearly nothing by nearly nothing.
            (to - from > width * 0.2).then(|| Point {
                from,
                to,
                started: rate(|slice| slice.started),
                succeeded: rate(|slice| slice.succeeded),
                failed: rate(|slice| slice.failed.values().sum()),
            })
        })
        .collect()
}

/// A line of steps, one for each point.
fn steps(points: &[Point], value: impl Fn(&Point) -> f64) -> Vec<(f64, f64)> {
    let ends = points.iter().map(|point| [(point.from, value(point)), (point.to, value(point))]);
    ends.flatten().collect()
}

fn asked(record: &Record, end: f64) -> Vec<(f64, f64)> {
    let arrival = &record.asked.arrival;
    let last = record.asked.stop.duration().map_or(end, |asked| asked.as_secs_f64()).min(end);
    let at = |share: f64| Some((last * share, arrival.per_second_at(share)? * record.portion()));
    [0.0, 1.0].into_iter().filter_map(at).collect()
}

pub(super) fn processors(record: &Record) -> Option<Figure> {
    // Shards have their own machines; a picture of all would show none of them.
    let [part] = record.parts.as_slice() else { return None };
    // Samples are of the whole search, and all other numbers of one rate.
    if !record.ladder.is_empty() {
        return None;
    }
    let end = record.took().as_secs_f64().max(1e-3);
    let ours = used((&part.samples, end), |sample| Some(sample.harness.cpu));
    let theirs = used((&part.samples, end), |sample| sample.subject.map(|usage| usage.cpu));
    if ours.len() < 3 {
        return None;
    }
    let most = ours.iter().chain(&theirs).map(|(_, value)| *value).fold(0.0, f64::max);
    let (x, y) = (Scale::Linear { from: 0.0, to: end }, Scale::up_to(most.max(0.1) * 1.05));
    let mut plot = Plot::new("Processors in use over time", 240.0, (x, y));
    plot.axes(
        (&ticks(Scale::up_to(end), end), "seconds from the beginning"),
        (&ticks(y, f64::INFINITY), "processors"),
    );
    plot.line("started", &ours);
    plot.line("latency", &theirs);
    let mut legend = vec![("ourselves", "started")];
    if !theirs.is_empty() {
        legend.insert(0, ("the subject", "latency"));
    }
    Some(Figure {
        title: "Processors in use",
        words: format!(
            "Of {} on this machine; where both together come near that, they hold each other up.",
            part.environment.cores
        ),
        legend,
        svg: plot.finish(),
    })
}

/// Processors in use between each sample and the next, until the end. Samples that lie close
/// together are left out: between them the clock of the processors has hardly moved on.
fn used(
    (samples, end): (&[Sample], f64),
    cpu: impl Fn(&Sample) -> Option<Duration>,
) -> Vec<(f64, f64)> {
    let pairs = samples.windows(2).filter_map(|pair| {
        let [one, next] = pair else { return None };
        let over = next.at.saturating_sub(one.at).as_secs_f64();
        let used = cpu(next)?.saturating_sub(cpu(one)?).as_secs_f64();
        let at = next.at.as_secs_f64();
        (over > 0.2 && at <= end).then(|| (at, used / over))
    });
    pairs.collect()
}

fn ticks(scale: Scale, end: f64) -> Vec<(f64, String)> {
    let within = scale.ticks().into_iter().filter(|tick| *tick <= end);
    within.map(|tick| (tick, number(tick))).collect()
}
