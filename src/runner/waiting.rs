//! What waiting costs where a subject's clock cannot be moved.

use super::Ticket;
use crate::scenario::plan::Plan;
use std::time::Duration;

/// As long as anybody waits for one scenario without being asked to wait longer.
pub const USUAL_PATIENCE: Duration = Duration::from_mins(10);

/// Who waits needs no core: so many scenarios may wait at once.
pub(super) const MOST_WAITING: usize = 256;

/// The real time that a run will wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// How many scenarios wait.
    pub scenarios: usize,
    /// How long the longest of them waits: as they wait at once, the run takes little longer.
    pub longest: Duration,
    /// How many would wait longer than there is patience for; they are not waited for.
    pub too_long: usize,
}

/// The price of playing `tickets` if nobody waits longer than `patience`.
#[must_use]
pub fn price(tickets: &[Ticket], patience: Duration) -> Option<Price> {
    let played = tickets.iter().filter(|ticket| ticket.not_applicable.is_none());
    let waits: Vec<Duration> = played
        .filter(|ticket| ticket.plan.moves_the_clock())
        .map(|ticket| Plan::waits(&ticket.plan))
        .collect();
    let (borne, too_long): (Vec<_>, Vec<_>) = waits.into_iter().partition(|wait| *wait <= patience);
    if borne.is_empty() && too_long.is_empty() {
        return None;
    }
    let longest = borne.iter().max().copied().unwrap_or_default();
    Some(Price { scenarios: borne.len(), longest, too_long: too_long.len() })
}

#[cfg(test)]
mod tests {
    use super::{Price, price};
    use crate::runner::tickets;
    use crate::scenario;
    use std::time::Duration;

    fn plans(steps: &str) -> Vec<crate::scenario::Plan> {
        let text = format!("scenario: Waits\npeople:\n  ada: {{ mobile: true }}\nsteps:\n{steps}");
        scenario::load("waits.yaml", &text, &[]).expect("it loads")
    }

    #[test]
    fn the_longest_of_those_that_are_borne_is_the_price() {
        let mut all = plans("  - sign_in: { who: ada }\n");
        all.extend(plans("  - advance: 40s\n  - advance: 20s\n"));
        all.extend(plans("  - advance: 5m\n"));
        all.extend(plans("  - advance: 2h\n"));
        let all = tickets(all);
        let longest = Duration::from_mins(5);
        let patience = Duration::from_mins(10);
        assert_eq!(price(&all, patience), Some(Price { scenarios: 2, longest, too_long: 1 }));
        assert_eq!(price(&all[..1], patience), None);
    }
}
