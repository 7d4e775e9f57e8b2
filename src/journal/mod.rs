//! What happened: an append-only record of one scenario, without a single secret in it.
//!
//! Entries are made while the scenario runs. Values that must not be seen become a [`Mark`] at
//! once; running text (pages, messages) is masked when the journal is finished, because a secret
//! may be shown before we learn that it is one. Nobody can read entries before that. Equal secrets
//! have equal marks, so judges compare them without knowing them.

mod entry;
mod form;
mod ndjson;
mod outline;
mod redact;
mod saved;

pub use entry::{Entry, EntryId, Event, Expectation, KeyFacts, Observed, Offered, Request};
pub use form::{Coding, MailForm, MessageForm, OriginLine, SmsForm};
pub use ndjson::{NotJournal, read, write};
pub use outline::{Ending, NotShard, Outline, Shard, Step};
pub use redact::{Alphabet, Mark, SecretKind, Shape};
pub use saved::{Chapter, Ended, FORM, Footer, Header, NotOneRun, Saved, join};

use crate::domain::{Clock, Secret};
use redact::Redactor;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Whether secrets are shown in what a journal yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Masking {
    /// Every known secret is masked.
    #[default]
    Masked,
    /// Secrets are shown, because somebody asked for it.
    Revealed,
}

/// The journal of a scenario that is still running.
pub struct Journal {
    entries: Vec<Entry>,
    redactor: Redactor,
    clock: Arc<dyn Clock>,
    /// The step at hand, counted from 0; none before the first.
    step: Option<u32>,
}

impl Journal {
    /// The most entries one scenario may make; a scenario has at most a few hundred steps.
    pub const LONGEST: usize = 100_000;

    /// An empty journal whose entries are stamped by `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { entries: Vec::new(), redactor: Redactor::default(), clock, step: None }
    }

    /// Says which step of the scenario the following entries belong to.
    pub fn begin_step(&mut self, step: u32) {
        self.step = Some(step);
    }

    /// Learns a secret and gives the mark that stands for it from now on.
    pub fn mark(&mut self, kind: SecretKind, secret: &Secret) -> Mark {
        self.redactor.mark(kind, secret.reveal())
    }

    /// Learns another way in which a marked secret is written, `482 913` for `482913`.
    pub fn alias(&mut self, mark: Mark, written: &Secret) {
        self.redactor.alias(mark, written.reveal());
    }

    /// Appends `event`. Past [`Self::LONGEST`] entries the last place is overwritten.
    pub fn record(&mut self, event: Event) -> EntryId {
        if self.entries.len() >= Self::LONGEST {
            self.entries.pop();
        }
        let id = EntryId::nth(self.entries.len());
        self.entries.push(Entry { id, at: self.clock.now(), step: self.step, event });
        id
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing has happened yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Masks all running text and gives the entries out.
    #[must_use]
    pub fn finish(mut self, masking: Masking) -> Vec<Entry> {
        if masking == Masking::Masked {
            for entry in &mut self.entries {
                entry.event.for_each_text(&mut |text| {
                    if let Some(masked) = self.redactor.masked(text) {
                        *text = masked;
                    }
                });
            }
        }
        self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, Journal, Masking, SecretKind};
    use crate::domain::{Moment, Secret, VirtualClock};
    use std::sync::Arc;

    fn journal() -> Journal {
        Journal::new(Arc::new(VirtualClock::starting_at(Moment::EPOCH)))
    }

    #[test]
    fn a_secret_learnt_later_is_masked_in_earlier_text() {
        let mut journal = journal();
        journal.record(Event::Noted { text: "the page says 48151623".into() });
        journal.mark(SecretKind::Code, &Secret::new("48151623"));
        let entries = journal.finish(Masking::Masked);
        assert_eq!(entries[0].event, Event::Noted { text: "the page says ‹code#1›".into() });
    }

    #[test]
    fn secrets_are_shown_only_when_asked_for() {
        let mut journal = journal();
        journal.mark(SecretKind::Code, &Secret::new("48151623"));
        journal.record(Event::Noted { text: "48151623".into() });
        let entries = journal.finish(Masking::Revealed);
        assert_eq!(entries[0].event, Event::Noted { text: "48151623".into() });
    }

    #[test]
    fn equal_secrets_have_equal_marks() {
        let mut journal = journal();
        let first = journal.mark(SecretKind::Code, &Secret::new("111222"));
        let second = journal.mark(SecretKind::Code, &Secret::new("333444"));
        assert_ne!(first, second);
        assert_eq!(journal.mark(SecretKind::Code, &Secret::new("111222")), first);
    }
}
