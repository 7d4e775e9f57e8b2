//! What a search tried: latency by rate, and which rates met the objective.

use super::Figure;
use crate::load::record::{Record, Rung};
use crate::report::load::plot::{Plot, Scale, number, time_words};

pub(super) fn figure(record: &Record) -> Option<Figure> {
    let mut rungs: Vec<&Rung> =
        record.ladder.iter().filter(|rung| rung.latency.count() > 0).collect();
    rungs.sort_by_key(|rung| rung.per_second);
    let highest = rungs.last()?.per_second;
    let curve = |share: f64| -> Vec<(f64, f64)> {
        let point = |rung: &&Rung| (f64::from(rung.per_second), ms(rung, share));
        rungs.iter().map(point).collect()
    };
    let (typical, slow) = (curve(0.5), curve(0.99));
    let x = Scale::up_to(f64::from(highest) * 1.02);
    let y = scale(typical.iter().chain(&slow).map(|(_, ms)| *ms));
    let mut plot = Plot::new("Latency by rate", 300.0, (x, y));
    let x_ticks: Vec<_> = x.ticks().into_iter().map(|tick| (tick, number(tick))).collect();
    let y_ticks: Vec<_> = y.ticks().into_iter().map(|tick| (tick, time_words(tick))).collect();
    plot.axes((&x_ticks, "verifications per second"), (&y_ticks, "latency"));
    plot.line("service", &typical);
    plot.line("latency", &slow);
    for (rung, point) in rungs.iter().zip(slow) {
        plot.dot(if rung.met { "met" } else { "unmet" }, point, "");
    }
    Some(Figure {
        title: "Latency by rate",
        words: "Each rate that was tried, once; a dot says whether it met the objective. All that \
                follows is of one rate: the highest that met it, or else the last that was tried."
            .to_owned(),
        legend: vec![("p99", "latency"), ("p50", "service"), ("met", "met"), ("not met", "unmet")],
        svg: plot.finish(),
    })
}

fn scale(values: impl Iterator<Item = f64> + Clone) -> Scale {
    let longest = values.clone().fold(0.0, f64::max);
    let shortest = values.fold(longest, f64::min).max(1e-3);
    // From such a ratio on a logarithmic scale shows more.
    if longest > shortest * 30.0 {
        Scale::Logarithmic { from: shortest * 0.8, to: longest * 1.25 }
    } else {
        Scale::up_to(longest * 1.08)
    }
}

fn ms(rung: &Rung, share: f64) -> f64 {
    rung.latency.at(share).as_secs_f64() * 1e3
}
