//! Two loads as blocks of consecutive slices, to be drawn and dealt.

use super::Statistic;
use crate::domain::Chance;
use crate::load::record::Slice;
use crate::load::times::nanoseconds;
use std::collections::BTreeSet;

/// The most blocks of one load: more would say little more and cost more.
const MOST_BLOCKS: usize = 60;

/// The latencies of one block: which of all distinct values, and how often.
type Block = Vec<(usize, u64)>;

/// Two loads.
pub(super) struct Blocks {
    /// All distinct latencies in nanoseconds, ascending.
    values: Vec<u64>,
    before: Vec<Block>,
    now: Vec<Block>,
}

impl Blocks {
    pub(super) fn of(before: &[Slice], now: &[Slice]) -> Self {
        let all = before.iter().chain(now).flat_map(|slice| slice.latency.distinct());
        let distinct: BTreeSet<u64> = all.map(|(time, _)| nanoseconds(time)).collect();
        let values: Vec<u64> = distinct.into_iter().collect();
        let blocks = |slices: &[Slice]| -> Vec<Block> {
            let length = slices.len().div_ceil(MOST_BLOCKS).max(1);
            let blocks = slices.chunks(length).map(|slices| block(slices, &values));
            blocks.filter(|block| !block.is_empty()).collect()
        };
        let (before, now) = (blocks(before), blocks(now));
        Self { values, before, now }
    }

    /// Blocks of the load that has fewer.
    pub(super) fn fewest(&self) -> usize {
        self.before.len().min(self.now.len())
    }

    /// The standard error of the logarithm of how many times as long it takes; infinite where there
    /// is nothing to draw from.
    pub(super) fn standard_error(
        &self,
        statistic: Statistic,
        draws: usize,
        chance: &mut Chance,
    ) -> f64 {
        if self.fewest() == 0 {
            return f64::INFINITY;
        }
        let mut effects = Vec::with_capacity(draws);
        for _ in 0..draws {
            let [was, is] = [&self.before, &self.now].map(|blocks| {
                let some = (0..blocks.len()).filter_map(|_| chance.pick(blocks));
                self.value(statistic, some)
            });
            effects.push((is / was).ln());
        }
        let n = crate::load::summary::real(effects.len());
        let mean = effects.iter().sum::<f64>() / n;
        let squares: f64 = effects.iter().map(|effect| (effect - mean).powi(2)).sum();
        (squares / (n - 1.0).max(1.0)).sqrt()
    }

    /// How often of `draws` blocks dealt anew to both loads differ as much as they do.
    pub(super) fn as_far_by_chance(
        &self,
        statistic: Statistic,
        draws: usize,
        chance: &mut Chance,
    ) -> usize {
        let mut all: Vec<&Block> = self.before.iter().chain(&self.now).collect();
        let difference = |dealt: &[&Block]| {
            let (was, is) = dealt.split_at(self.before.len());
            let [was, is] = [was, is].map(|part| self.value(statistic, part.iter().copied()));
            (is / was).ln().abs()
        };
        let seen = difference(&all);
        let mut as_far = 0;
        for _ in 0..draws {
            shuffle(&mut all, chance);
            as_far += usize::from(difference(&all) >= seen);
        }
        as_far
    }

    /// The statistic of some blocks together, in nanoseconds, at least one.
    fn value<'a>(&self, statistic: Statistic, blocks: impl Iterator<Item = &'a Block>) -> f64 {
        let mut counts = vec![0_u64; self.values.len()];
        let mut total = 0;
        for (index, count) in blocks.flatten() {
            counts[*index] += count;
            total += count;
        }
        let each = || self.values.iter().zip(&counts);
        let found = match statistic {
            Statistic::Share(share) => at(share, total, each()),
            Statistic::Mean => {
                let sum: f64 = each().map(|(value, count)| real(*value) * real(*count)).sum();
                sum / real(total.max(1))
            }
        };
        found.max(1.0)
    }
}

/// The value that `share` of `total` do not exceed.
fn at<'a>(share: f64, total: u64, each: impl Iterator<Item = (&'a u64, &'a u64)>) -> f64 {
    let wanted = real(total) * share;
    let mut passed = 0;
    for (value, count) in each {
        passed += count;
        if *count > 0 && real(passed) >= wanted {
            return real(*value);
        }
    }
    0.0
}

fn block(slices: &[Slice], values: &[u64]) -> Block {
    let mut counts = std::collections::BTreeMap::new();
    for (time, count) in slices.iter().flat_map(|slice| slice.latency.distinct()) {
        if let Ok(index) = values.binary_search(&nanoseconds(time)) {
            *counts.entry(index).or_default() += count;
        }
    }
    counts.into_iter().collect()
}

/// Fisher and Yates.
fn shuffle<T>(all: &mut [T], chance: &mut Chance) {
    for last in (1..all.len()).rev() {
        let other = usize::try_from(chance.below(last as u64 + 1)).unwrap_or(last);
        all.swap(last, other);
    }
}

#[allow(clippy::cast_precision_loss, reason = "nanoseconds of hours and counts, below 2^53")]
fn real(number: u64) -> f64 {
    number as f64
}
