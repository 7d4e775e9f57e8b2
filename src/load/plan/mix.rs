//! Of which work a load is mixed.

use crate::domain::Chance;
use crate::load::record::{Share, WorkKind};
use std::str::FromStr;

/// The kinds in their order.
pub(super) const KINDS: [WorkKind; 5] =
    [WorkKind::Valid, WorkKind::Replayed, WorkKind::Wrong, WorkKind::Expired, WorkKind::Locked];

/// The place of a kind in [`KINDS`].
pub(super) fn place(kind: WorkKind) -> usize {
    match kind {
        WorkKind::Valid => 0,
        WorkKind::Replayed => 1,
        WorkKind::Wrong => 2,
        WorkKind::Expired => 3,
        WorkKind::Locked => 4,
    }
}

/// How much of each kind of work there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mix([u32; KINDS.len()]);

/// Why a text is no mix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}; write kinds with weights: valid=90,wrong=5,replayed=5 (also expired and locked)")]
pub struct BadMix(String);

impl Mix {
    /// Valid codes only.
    pub const VALID: Self = Self([1, 0, 0, 0, 0]);

    /// The weight of `kind`.
    #[must_use]
    pub fn weight(&self, kind: WorkKind) -> u32 {
        self.0[place(kind)]
    }

    /// How much there is of each kind that there is.
    pub fn shares(&self) -> impl Iterator<Item = Share> {
        let all = KINDS.into_iter().zip(self.0).map(|(kind, weight)| Share { kind, weight });
        all.filter(|share| share.weight > 0)
    }

    /// The share of `kind` in hundredths, and its decimals.
    #[must_use]
    pub fn percent(&self, kind: WorkKind) -> f64 {
        f64::from(self.weight(kind)) * 100.0 / f64::from(self.sum().max(1))
    }

    fn sum(&self) -> u32 {
        self.0.iter().fold(0, |sum, weight| sum.saturating_add(*weight))
    }

    /// The kind of the next verification.
    pub(super) fn draw(&self, chance: &mut Chance) -> WorkKind {
        let mut left = chance.below(self.sum().into());
        for share in self.shares() {
            match left.checked_sub(share.weight.into()) {
                Some(more) => left = more,
                None => return share.kind,
            }
        }
        WorkKind::Valid
    }
}

impl FromStr for Mix {
    type Err = BadMix;

    fn from_str(text: &str) -> Result<Self, BadMix> {
        let mut weights = [0; KINDS.len()];
        for part in text.split(',') {
            let (name, weight) =
                part.split_once('=').ok_or_else(|| BadMix(format!("`{part}` has no weight")))?;
            let kind = KINDS.into_iter().find(|kind| kind.to_string() == name.trim());
            let kind = kind.ok_or_else(|| BadMix(format!("there is no work `{name}`")))?;
            let weight = weight.trim().trim_end_matches('%').parse::<u32>();
            let weight = weight.ok().filter(|weight| *weight <= 1_000_000);
            let no_weight =
                || BadMix(format!("the weight of `{name}` is no number up to a million"));
            if std::mem::replace(&mut weights[place(kind)], weight.ok_or_else(no_weight)?) != 0 {
                return Err(BadMix(format!("`{name}` stands twice")));
            }
        }
        let has_weight = weights.iter().any(|weight| *weight > 0);
        has_weight
            .then_some(Self(weights))
            .ok_or_else(|| BadMix("nothing has any weight".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{KINDS, Mix};
    use crate::domain::Chance;
    use crate::load::record::WorkKind;

    #[test]
    fn a_mix_is_read_with_its_weights_and_refused_with_a_remedy() {
        let mix: Mix = "valid=90%, wrong=5,replayed=5".parse().expect("a mix");
        assert_eq!(mix.weight(WorkKind::Valid), 90);
        assert_eq!(mix.shares().count(), 3);
        for bad in ["valid", "valid=0", "valid=x", "right=1", "valid=1,valid=2", "valid=9999999"] {
            let why = bad.parse::<Mix>().expect_err(bad).to_string();
            assert!(why.contains("write kinds with weights"), "{why}");
        }
    }

    #[test]
    fn kinds_are_drawn_by_their_weights() {
        let mix: Mix = "valid=60,wrong=30,locked=10".parse().expect("a mix");
        let mut chance = Chance::seeded(1, "test");
        let drawn: Vec<WorkKind> = (0..10_000).map(|_| mix.draw(&mut chance)).collect();
        let counts = KINDS.map(|kind| drawn.iter().filter(|one| **one == kind).count() / 100);
        assert_eq!(counts[1], 0);
        assert!((58..=62).contains(&counts[0]) && (28..=32).contains(&counts[2]), "{counts:?}");
    }
}
