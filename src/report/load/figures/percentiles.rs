//! Latency by percentile: each step to the right leaves a tenth as many beyond it.

use super::Figure;
use crate::load::summary::real;
use crate::load::times::Times;
use crate::report::load::Told;
use crate::report::load::plot::{Plot, Scale, number, time_words};

/// Points of a curve for each nine.
const POINTS_PER_NINE: usize = 24;

/// The most nines that are drawn: one verification of a million.
const MOST_NINES: f64 = 6.0;

/// A ratio of the longest to the shortest from which a logarithmic scale shows more.
const WIDE: f64 = 30.0;

pub(super) fn figure(told: &Told<'_>) -> Option<Figure> {
    let counts = &told.record.counts;
    let calibration = told.record.parts.iter().find_map(|part| part.calibration.as_ref());
    let curves: Vec<(&str, &str, &Times)> = [
        told.baseline.map(|record| ("the baseline's latency", "baseline", &record.counts.latency)),
        calibration.map(|one| ("a server that does nothing", "null", &one.latency)),
        Some(("answered in, from the actual start", "service", &counts.service)),
        Some(("latency, from the intended start", "latency", &counts.latency)),
    ]
    .into_iter()
    .flatten()
    .filter(|(_, _, times)| times.count() > 0)
    .collect();
    if counts.latency.count() == 0 {
        return None;
    }
    let nines = nines_of(&counts.latency);
    let longest = curves.iter().map(|(_, _, times)| ms(times, 1.0)).fold(0.0, f64::max);
    let shortest = curves.iter().map(|(_, _, times)| ms(times, 0.0)).fold(longest, f64::min);
    let y = if longest > shortest.max(1e-3) * WIDE {
        Scale::Logarithmic { from: shortest.max(1e-3), to: longest * 1.25 }
    } else {
        Scale::up_to(longest * 1.08)
    };
    let x = Scale::Linear { from: 0.0, to: nines };
    let mut plot = Plot::new("Latency by percentile", 340.0, (x, y));
    let y_ticks: Vec<_> = y.ticks().into_iter().map(|tick| (tick, time_words(tick))).collect();
    plot.axes((&names(nines), "percentile"), (&y_ticks, "time"));
    for (_, class, times) in &curves {
        plot.line(class, &curve(times, nines));
    }
    for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)] {
        let at = to_nines(share);
        if at <= nines {
            let value = ms(&counts.latency, share);
            plot.dot("latency", (at, value), &format!("{name} {}", time_words(rounded(value))));
        }
    }
    Some(Figure {
        title: "Latency by percentile",
        words:
            "Each step to the right leaves a tenth as many verifications beyond it. Where the two \
                curves part, verifications waited before they could start."
                .to_owned(),
        legend: curves.iter().rev().map(|(name, class, _)| (*name, *class)).collect(),
        svg: plot.finish(),
    })
}

/// How far to the right there is something to see.
fn nines_of(times: &Times) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "counts below 2^53")]
    let all = times.count() as f64;
    all.log10().clamp(1.0, MOST_NINES)
}

fn to_nines(share: f64) -> f64 {
    -(1.0 - share).log10()
}

fn curve(times: &Times, nines: f64) -> Vec<(f64, f64)> {
    // At most six nines, each with its points.
    let points = (0..=6 * POINTS_PER_NINE).map(|nth| real(nth) / real(POINTS_PER_NINE));
    let within = points.take_while(|at| *at < nines).chain([nines]);
    within.map(|at| (at, ms(times, 1.0 - 10_f64.powf(-at)))).collect()
}

fn names(nines: f64) -> Vec<(f64, String)> {
    let shares = [0.0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.999_99, 0.999_999];
    let shown = shares.into_iter().filter(|share| to_nines(*share) <= nines + 1e-9);
    shown.map(|share| (to_nines(share), format!("{} %", percent(share)))).collect()
}

fn percent(share: f64) -> String {
    let text = format!("{:.4}", share * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Three digits.
fn rounded(value: f64) -> f64 {
    let power = 10_f64.powf(2.0 - value.max(1e-6).log10().floor());
    number((value * power).round()).parse::<f64>().unwrap_or(0.0) / power
}

fn ms(times: &Times, share: f64) -> f64 {
    times.at(share).as_secs_f64() * 1e3
}
