//! Gathering what single observations say into one finding.

use crate::conformance::Finding;
use crate::journal::EntryId;

/// Gathers what single observations say about a rule: one break decides, one test that held keeps.
#[derive(Default)]
pub(in crate::conformance) struct Tally {
    kept: Vec<EntryId>,
    broken: Option<Finding>,
}

impl Tally {
    /// The most entries that are kept as evidence that a rule held.
    const MOST_EVIDENCE: usize = 8;

    pub(in crate::conformance) fn kept(&mut self, evidence: impl IntoIterator<Item = EntryId>) {
        self.kept.extend(evidence);
        self.kept.truncate(Self::MOST_EVIDENCE);
    }

    pub(in crate::conformance) fn broken(
        &mut self,
        expected: impl Into<String>,
        observed: impl Into<String>,
        evidence: Vec<EntryId>,
    ) {
        let (expected, observed) = (expected.into(), observed.into());
        self.broken.get_or_insert(Finding::Broken { expected, observed, evidence });
    }

    pub(in crate::conformance) fn finding(self) -> Finding {
        match self.broken {
            Some(broken) => broken,
            None if self.kept.is_empty() => Finding::Untested,
            None => Finding::Kept { evidence: self.kept },
        }
    }
}
