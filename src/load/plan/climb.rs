//! Which rates a search tries: doubled until one does not meet the objective, and then the gap is
//! halved. Pure arithmetic, so that a plan knows what a search takes at most.

/// Rungs at most: a range of a million to one, searched to a twentieth.
const MOST_RUNGS: usize = 32;

/// The state of a search.
#[derive(Debug, Clone)]
pub struct Climb {
    /// The highest rate that met the objective.
    met: Option<u32>,
    /// The lowest that did not.
    unmet: Option<u32>,
    from: u32,
    to: u32,
    tried: usize,
}

impl Climb {
    /// Nothing tried yet of the rates `from` to `to`.
    #[must_use]
    pub fn between(from: u32, to: u32) -> Self {
        let from = from.max(1);
        Self { met: None, unmet: None, from, to: to.max(from), tried: 0 }
    }

    /// The next rate to try; nothing if the search is over.
    #[must_use]
    pub fn next(&self) -> Option<u32> {
        if self.tried >= MOST_RUNGS {
            return None;
        }
        match (self.met, self.unmet) {
            (None, None) => Some(self.from),
            (Some(met), None) if met >= self.to => None,
            (Some(met), None) => Some(met.saturating_mul(2).min(self.to)),
            // Not even the lowest: nothing below it was asked about.
            (None, Some(_)) => None,
            (Some(met), Some(unmet)) => {
                let gap = unmet.saturating_sub(met);
                (gap > (met / 20).max(1)).then_some(met + gap / 2)
            }
        }
    }

    /// Takes in whether `rate` met the objective.
    pub fn learn(&mut self, rate: u32, met: bool) {
        self.tried += 1;
        let place = if met { &mut self.met } else { &mut self.unmet };
        *place = Some(rate);
    }

    /// Whether a rate met the objective.
    #[must_use]
    pub fn has_met(&self) -> bool {
        self.met.is_some()
    }

    /// The rates of the search with the most verifications that there can be from here on, with each
    /// rate driven equally long.
    pub(super) fn longest(&self) -> Vec<u32> {
        let Some(rate) = self.next() else { return Vec::new() };
        // Halving ends after a few steps, and doubling after thirty, so these are some hundreds.
        let rest = [true, false].map(|met| {
            let mut next = self.clone();
            next.learn(rate, met);
            next.longest()
        });
        let sum = |rates: &Vec<u32>| rates.iter().copied().map(u64::from).sum::<u64>();
        let mut longest = rest.into_iter().max_by_key(sum).unwrap_or_default();
        longest.insert(0, rate);
        longest
    }
}

#[cfg(test)]
mod tests {
    use super::Climb;

    /// The rates that are tried where all up to `limit` meet the objective.
    fn tried([from, to]: [u32; 2], limit: u32) -> Vec<u32> {
        let mut climb = Climb::between(from, to);
        let mut tried = Vec::new();
        while let Some(rate) = climb.next() {
            tried.push(rate);
            climb.learn(rate, rate <= limit);
        }
        tried
    }

    #[test]
    fn the_highest_rate_is_found_to_a_twentieth() {
        assert_eq!(tried([10, 1000], 100), [10, 20, 40, 80, 160, 120, 100, 110, 105]);
        assert_eq!(tried([10, 50], 1000), [10, 20, 40, 50]);
        assert_eq!(tried([10, 50], 5), [10]);
        assert_eq!(tried([1, 8], 3), [1, 2, 4, 3]);
    }

    #[test]
    fn no_search_takes_more_than_the_longest() {
        for range in [[10, 1000], [10, 50], [1, 8], [7, 7], [3, 170], [1, 3000]] {
            let sum = |rates: &[u32]| rates.iter().copied().map(u64::from).sum::<u64>();
            let longest = Climb::between(range[0], range[1]).longest();
            let any: Vec<u64> = (0..=range[1]).map(|limit| sum(&tried(range, limit))).collect();
            assert_eq!(any.iter().max(), Some(&sum(&longest)), "{range:?}: {longest:?}");
        }
    }
}
