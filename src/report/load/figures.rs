//! The pictures of a load.

mod course;
mod heat;
mod percentiles;
mod rates;

use super::Told;
use serde::Serialize;

/// A picture with its words.
#[derive(Debug, Serialize)]
pub(super) struct Figure {
    title: &'static str,
    /// What it shows and how to read it.
    words: String,
    /// The names of its lines, each with the class of its colour.
    legend: Vec<(&'static str, &'static str)>,
    /// Safe as it is: all text in it is escaped where it is drawn.
    svg: String,
}

/// Those that this load has something for.
pub(super) fn figures(told: &Told<'_>) -> Vec<Figure> {
    let record = told.record;
    let all = [
        rates::figure(record),
        percentiles::figure(told),
        course::throughput(record),
        heat::figure(record),
        course::processors(record),
    ];
    all.into_iter().flatten().collect()
}
