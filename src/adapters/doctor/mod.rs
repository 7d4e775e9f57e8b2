//! Examines whether a program speaks the adapter protocol, point by point.
//!
//! Each point is one small conversation; what is wrong is shown as the line that came and the one
//! that was expected. The subject behind the adapter is not judged.

mod behaviour;
mod ending;
mod framing;
mod greeting;
mod patient;

use super::{Limits, NotReachable};
use crate::domain::Soon;
use patient::Patient;

/// A point of the protocol.
pub(crate) struct Point {
    what: &'static str,
    examine: for<'a> fn(&'a mut Patient) -> Soon<'a, Result<(), Failure>>,
}

/// What came, and what was expected instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The line that is wrong, or what happened in its place.
    pub offending: String,
    /// A line as it should be, or what should have happened.
    pub expected: String,
}

/// How a point came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The point, as a sentence that is true of a sound adapter.
    pub what: &'static str,
    /// What is wrong; nothing if it is as it should be.
    pub failure: Option<Failure>,
}

/// All points, in the order in which they are examined.
static POINTS: &[&[Point]] =
    &[greeting::POINTS, framing::POINTS, behaviour::POINTS, ending::POINTS];

/// Examines the adapter that `target` names (`exec:…` or `attach:…`); `tell` hears of each point at
/// once. An adapter that ends at a point begins anew; without an answer to `hello` the rest is left
/// out.
///
/// # Errors
/// [`NotReachable`] if there is nobody to examine.
pub async fn examine(
    target: &str,
    limits: Limits,
    mut tell: impl FnMut(&Finding),
) -> Result<Vec<Finding>, NotReachable> {
    let mut patient = Patient::open(target, limits).await?;
    let mut findings = Vec::new();
    for point in POINTS.iter().copied().flatten() {
        let failure = (point.examine)(&mut patient).await.err();
        let finding = Finding { what: point.what, failure };
        tell(&finding);
        let is_silent = findings.is_empty() && finding.failure.is_some();
        findings.push(finding);
        // What is left is examined at a fresh one.
        if is_silent || (patient.has_ended && !patient.begin_anew(target).await) {
            break;
        }
    }
    patient.dismiss().await;
    Ok(findings)
}

/// How many points there are.
#[must_use]
pub fn points() -> usize {
    POINTS.iter().map(|group| group.len()).sum()
}
