//! Finds the code in a message and says why it is that one, and why none of the others.
//!
//! Every figure that has the shape of a code becomes a [`Candidate`] with its reasons: the words
//! around it in fourteen languages, its place on the page, its looks, and whether it is part of a
//! date, an amount or a number to dial. The sum of their weights decides.

mod markup;
pub mod otc;
mod plain;
mod reason;
mod scan;
mod weigh;
mod whole;
mod words;

pub use reason::{Reason, Whole};

use crate::domain::Message;
use std::fmt;
use weigh::{Lines, Weighed, weigh};

/// The least score of a code. Six digits alone in a message reach it without any word; four digits
/// need a word, if only a little way off, or a line of their own.
pub const THRESHOLD: i32 = 24;

/// How many candidates are kept and explained; the best come first.
const CANDIDATE_LIMIT: usize = 32;

/// Where a candidate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the subject of a mail.
    Subject,
    /// In the plain text.
    Text,
    /// In the HTML part.
    Html,
}

/// A figure that could be the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The code as it is typed: ASCII digits without separators, or letters and digits with their
    /// hyphens.
    pub code: String,
    /// What stood in the message.
    pub raw: String,
    /// Where it stood.
    pub place: Place,
    /// The sum of the weights of `why`.
    pub score: i32,
    /// What speaks for and against it.
    pub why: Vec<Reason>,
}

impl Candidate {
    fn of(weighed: Weighed<'_>, place: Place) -> Self {
        let Weighed { code, raw, why } = weighed;
        let mut candidate = Self { code, raw: raw.to_owned(), place, score: 0, why };
        candidate.score = candidate.why.iter().map(Reason::weight).sum();
        candidate
    }

    fn also(&mut self, reason: Reason) {
        self.score += reason.weight();
        self.why.push(reason);
    }

    /// Whether nothing speaks against it and it has the usual length of a code that stands alone.
    fn is_plausible(&self) -> bool {
        (5..=8).contains(&self.code.len()) && self.why.iter().all(|reason| reason.weight() >= 0)
    }
}

/// The code of a message, and everything that was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extraction {
    /// The code, if one reaches [`THRESHOLD`].
    pub chosen: Option<Candidate>,
    /// All candidates, the best first; of equals, the one that stands first.
    pub candidates: Vec<Candidate>,
}

/// Finds the code in the subject, the text and the HTML part of `message`.
#[must_use]
pub fn find_code(message: &Message) -> Extraction {
    let elements = message.html.as_deref().map(markup::texts).unwrap_or_default();
    let shown = elements.join("\n");
    let mut candidates = Vec::new();
    candidates.extend(origin_bound(&message.text));
    let subject = message.subject.as_deref().unwrap_or_default();
    for (place, source, lines) in [
        (Place::Text, message.text.as_str(), Lines::Meant),
        (Place::Subject, subject, Lines::Made),
        (Place::Html, shown.as_str(), Lines::Made),
    ] {
        for weighed in weigh(source, &elements, lines) {
            merge(&mut candidates, Candidate::of(weighed, place));
        }
    }
    favour_the_only_one(&mut candidates);
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.score));
    candidates.truncate(CANDIDATE_LIMIT);
    let chosen = candidates.first().filter(|best| best.score >= THRESHOLD).cloned();
    Extraction { chosen, candidates }
}

fn origin_bound(text: &str) -> Option<Candidate> {
    let bound = otc::parse(text)?;
    let weighed = Weighed {
        code: bound.code.clone(),
        raw: &bound.code,
        why: vec![Reason::OriginBound(bound.top)],
    };
    Some(Candidate::of(weighed, Place::Text))
}

/// Adds `found`; of two with the same code the better one stays. Text and HTML say the same thing
/// twice by nature, so only a repetition within the text counts for something.
fn merge(candidates: &mut Vec<Candidate>, found: Candidate) {
    let Some(known) = candidates.iter_mut().find(|known| known.code == found.code) else {
        candidates.push(found);
        return;
    };
    let is_repeated = found.place != Place::Html && !known.why.contains(&Reason::Repeated);
    let was_repeated = known.why.contains(&Reason::Repeated);
    if found.score > known.score {
        *known = found;
    }
    if is_repeated || (was_repeated && !known.why.contains(&Reason::Repeated)) {
        known.also(Reason::Repeated);
    }
}

fn favour_the_only_one(candidates: &mut [Candidate]) {
    let mut plausible = candidates.iter_mut().filter(|candidate| candidate.is_plausible());
    if let (Some(only), None) = (plausible.next(), plausible.next()) {
        only.also(Reason::OnlyFigure);
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({:+}): ", self.raw, self.score)?;
        for (index, reason) in self.why.iter().enumerate() {
            write!(f, "{}{reason}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// One line for the choice and one for each figure that was passed over.
impl fmt::Display for Extraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.chosen {
            Some(chosen) => write!(f, "chose {chosen}"),
            None if self.candidates.is_empty() => f.write_str("no figure has the shape of a code"),
            None => f.write_str("no figure is likely enough to be the code"),
        }?;
        let passed_over = self.candidates.iter().skip(usize::from(self.chosen.is_some()));
        for candidate in passed_over {
            write!(f, "\npassed over {candidate}")?;
        }
        Ok(())
    }
}
