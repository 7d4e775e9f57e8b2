//! Who is there for which work: victims are kept apart from those whose success is measured, because
//! wrong codes lock accounts.

use super::mix::{KINDS, place};
use crate::load::record::WorkKind;
use std::ops::Range;

/// How many people there are for each kind of work. They are numbered through, kind by kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups([u32; KINDS.len()]);

impl Groups {
    /// So many for each kind, by `size`.
    pub(super) fn sized(size: impl Fn(WorkKind) -> u32) -> Self {
        Self(KINDS.map(size))
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> u32 {
        self.0.iter().fold(0, |sum, size| sum.saturating_add(*size))
    }

    /// Those for `kind`.
    #[must_use]
    pub fn of(&self, kind: WorkKind) -> u32 {
        self.0[place(kind)]
    }

    /// The numbers of those for `kind`.
    #[must_use]
    pub fn range(&self, kind: WorkKind) -> Range<u32> {
        let before: u32 = self.0[..place(kind)].iter().sum();
        before..before + self.of(kind)
    }

    /// Who makes the verification of `kind` that has `turn` others of its kind before it: one after
    /// the other, and then from the beginning.
    pub(super) fn person(&self, kind: WorkKind, turn: u64) -> u32 {
        let Range { start, end } = self.range(kind);
        let round = turn % u64::from(end - start).max(1);
        start + u32::try_from(round).unwrap_or(0)
    }
}
