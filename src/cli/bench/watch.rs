//! Looks on while a load is driven: progress on a terminal, processor time and memory, and whether
//! somebody wants it to end.

use crate::adapters::usage::{self, Used};
use crate::load::Tally;
use crate::load::record::{Sample, Standing, Usage};
use indicatif::ProgressBar;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(1);

/// More samples than this are thinned out to half of them, so that a long load is bounded.
const MOST_SAMPLES: usize = 2048;

/// How long a load that is to end may take for it.
const ENDING: Duration = Duration::from_secs(5);

/// The tally of what is being driven just now.
#[derive(Clone, Default)]
pub(super) struct Now(Arc<Mutex<Option<Tally>>>);

impl Now {
    /// From now on it is this one.
    pub(super) fn is(&self, tally: &Tally) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(tally.clone());
    }

    fn tally(&self) -> Option<Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What was seen.
pub(super) struct Watched<T> {
    /// What came of the work; nothing if it could not even be ended.
    pub(super) outcome: Option<T>,
    pub(super) samples: Vec<Sample>,
    pub(super) is_interrupted: bool,
}

/// Looks on while `work` is done. When somebody wants this process to end, the tally is told so, and
/// what was counted so far remains.
pub(super) async fn watched<T>(now: &Now, work: impl Future<Output = T>) -> Watched<T> {
    let mut work = std::pin::pin!(work);
    let mut interrupted = std::pin::pin!(super::super::interrupted());
    let mut look = interval(EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (mut course, bar) = (Course::begin(), progress());
    loop {
        tokio::select! {
            outcome = &mut work => {
                course.sample();
                bar.finish_and_clear();
                let (samples, is_interrupted) = (course.samples, false);
                return Watched { outcome: Some(outcome), samples, is_interrupted };
            }
            () = &mut interrupted => break,
            _ = look.tick() => {
                course.sample();
                if let Some(tally) = now.tally() && !bar.is_hidden() {
                    bar.set_message(said(&tally));
                    bar.tick();
                }
            }
        }
    }
    bar.finish_and_clear();
    if let Some(tally) = now.tally() {
        tally.end();
    }
    let outcome = tokio::time::timeout(ENDING, work).await.ok();
    Watched { outcome, samples: course.samples, is_interrupted: true }
}

fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    ProgressBar::new_spinner()
}

/// One line of what was counted so far.
fn said(tally: &Tally) -> String {
    let (counts, took) = tally.counts();
    let failed = [Standing::Failed, Standing::AcceptedThough].into_iter();
    let failed: u64 = failed.flat_map(|bad| counts.outcomes.of(bad)).map(|one| one.count).sum();
    let last = counts.slices.each().iter().rev().nth(1).map_or(0, |slice| slice.succeeded);
    let width = counts.slices.width().as_secs().max(1);
    format!(
        "{:.0} s   {} per second   p99 {:.2} ms   {failed} failed",
        took.as_secs_f64(),
        last / width,
        counts.latency.at(0.99).as_secs_f64() * 1e3,
    )
}

/// Samples of processor time and memory.
struct Course {
    began: Instant,
    ours: Option<Used>,
    theirs: Option<Used>,
    samples: Vec<Sample>,
}

impl Course {
    fn begin() -> Self {
        let (ours, theirs) = (usage::of_ourselves(), usage::of_descendants());
        Self { began: Instant::now(), ours, theirs, samples: Vec::new() }
    }

    fn sample(&mut self) {
        let since = |before: Option<Used>, now: Option<Used>| {
            let (before, now) = (before?, now?);
            let cpu = now.cpu.saturating_sub(before.cpu);
            Some(Usage { cpu, memory_bytes: now.memory_bytes })
        };
        let Some(harness) = since(self.ours, usage::of_ourselves()) else { return };
        let subject = since(self.theirs, usage::of_descendants());
        if self.samples.len() >= MOST_SAMPLES {
            let mut keep = false;
            self.samples.retain(|_| {
                keep = !keep;
                keep
            });
        }
        self.samples.push(Sample { at: self.began.elapsed(), harness, subject });
    }
}
